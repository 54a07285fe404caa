/** LaTeX commands that stand for one symbol of ours. */
export const COMMAND_SYMBOLS: Readonly<Record<string, string>> = {
  cdot: "*",
  times: "*",
  ast: "*",
  bullet: "*",
  div: "/",
  leq: "≤",
  le: "≤",
  leqslant: "≤",
  leqq: "≤",
  geq: "≥",
  ge: "≥",
  geqslant: "≥",
  geqq: "≥",
  lt: "<",
  gt: ">",
  ne: "≠",
  neq: "≠",
  approx: "≈",
  approxeq: "≈",
  simeq: "≈",
  doteq: "≈",
  equiv: "≡",
  in: "∈",
  to: "→",
  rightarrow: "→",
  longrightarrow: "→",
  mapsto: "→",
  pm: "±",
  mp: "∓",
  cup: "∪",
  bigcup: "∪",
  cap: "∩",
  setminus: "∖",
  backslash: "∖",
  smallsetminus: "∖",
  emptyset: "∅",
  varnothing: "∅",
  lbrace: "\\{",
  rbrace: "\\}",
  lbrack: "[",
  rbrack: "]",
  lparen: "(",
  rparen: ")",
  langle: "(",
  rangle: ")",
  colon: ":",
  degree: "°",
  prime: "'",
  ldots: "…",
  cdots: "…",
  dots: "…",
  dotsc: "…",
  vdots: "…",
  lvert: "|",
  rvert: "|",
  vert: "|",
  mid: "|",
  Vert: "‖",
  lVert: "‖",
  rVert: "‖",
  land: "and",
  wedge: "and",
  lor: "or",
  vee: "or",
  percent: "%",
};

/** Characters that stand for another. */
export const CHARACTER_SYMBOLS: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "—": "-",
  "‐": "-",
  "×": "*",
  "·": "*",
  "⋅": "*",
  "∙": "*",
  "÷": "/",
  "∕": "/",
  "⁄": "/",
  "≤": "≤",
  "⩽": "≤",
  "≥": "≥",
  "⩾": "≥",
  "≠": "≠",
  "≈": "≈",
  "≃": "≈",
  "≡": "≡",
  "∈": "∈",
  "→": "→",
  "±": "±",
  "∓": "∓",
  "∪": "∪",
  "∩": "∩",
  "∖": "∖",
  "∅": "∅",
  "°": "°",
  º: "°",
  "′": "'",
  "’": "'",
  "…": "…",
  "⋯": "…",
  "（": "(",
  "）": ")",
  "【": "[",
  "】": "]",
  "，": ",",
  "、": ",",
  "；": ";",
  "：": ":",
  "＝": "=",
  "＋": "+",
  "％": "%",
  "٪": "%",
  "∣": "|",
  "∥": "‖",
  "⟨": "(",
  "⟩": ")",
  "∧": "and",
  "∨": "or",
};

/** Characters that stand for a command. */
export const CHARACTER_COMMANDS: Readonly<Record<string, string>> = {
  π: "pi",
  "∞": "infty",
  "√": "sqrt",
  "∛": "cbrt",
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "epsilon",
  θ: "theta",
  λ: "lambda",
  μ: "mu",
  ρ: "rho",
  σ: "sigma",
  τ: "tau",
  φ: "phi",
  ϕ: "phi",
  χ: "chi",
  ψ: "psi",
  ω: "omega",
  Ω: "Omega",
  Δ: "Delta",
  Γ: "Gamma",
  Φ: "Phi",
  Σ: "Sigma",
  "∠": "angle",
  "△": "triangle",
  ℝ: "reals",
  ℤ: "integers",
  ℕ: "naturals",
  ℚ: "rationals",
  ℂ: "complexes",
};

export const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
export const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** One character for a common fraction. */
export const FRACTIONS: Readonly<Record<string, readonly [string, string]>> = {
  "½": ["1", "2"],
  "⅓": ["1", "3"],
  "⅔": ["2", "3"],
  "¼": ["1", "4"],
  "¾": ["3", "4"],
  "⅕": ["1", "5"],
  "⅙": ["1", "6"],
  "⅛": ["1", "8"],
};

/** Change how something looks, not what it means. */
export const IGNORED_COMMANDS = new Set(
  (
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm displaystyle textstyle " +
    "scriptstyle limits nolimits quad qquad enspace thinspace hspace vspace hfill phantom nonumber notag hline " +
    "boldsymbol mathbf bm pmb mathit mathsf mathtt mathnormal boxed fbox bf it rm tt sf n ensuremath unboldmath " +
    "large Large small normalsize color underline textcolor"
  ).split(" "),
);

/** Their braces hold words rather than mathematics. */
export const TEXT_COMMANDS = new Set(
  "text textbf textit textrm textnormal textup textsf texttt mbox hbox emph mathrm operatorname".split(" "),
);

export const MATRIX_ENVIRONMENTS = new Set(
  "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array".split(" "),
);

/** Functions with one argument, written with or without a backslash. */
export const FUNCTIONS = new Set(
  (
    "sin cos tan sec csc cot sinh cosh tanh coth arcsin arccos arctan arccot ln log lg exp " +
    "max min gcd lcm det dim deg arg Re Im factorial binomial"
  ).split(" "),
);

/** Other spellings of the same function. */
export const FUNCTION_ALIASES: Readonly<Record<string, string>> = {
  asin: "arcsin",
  acos: "arccos",
  atan: "arctan",
  arsinh: "arcsinh",
  tg: "tan",
  ctg: "cot",
  cosec: "csc",
  arctg: "arctan",
  sen: "sin",
};

export const GREEK = new Set(
  (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma " +
    "tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega ell hbar aleph"
  ).split(" "),
);

/** Commands that the parser itself knows. */
export const PRIMARY_COMMANDS = new Set(
  (
    "frac dfrac tfrac cfrac sqrt cbrt binom dbinom tbinom pi infty infinity lfloor lceil rfloor rceil sum prod " +
    "overline bar vec hat widehat tilde overrightarrow dot mathbb mathcal mathscr mathfrak angle triangle " +
    "measuredangle bmod pmod mod circ abs floor ceil reals integers naturals rationals complexes nexists exists " +
    "forall partial nabla over choose top perp parallel square sim cong because therefore"
  ).split(" "),
);

export const isKnownCommand = (name: string): boolean =>
  name in COMMAND_SYMBOLS ||
  IGNORED_COMMANDS.has(name) ||
  TEXT_COMMANDS.has(name) ||
  FUNCTIONS.has(name) ||
  name in FUNCTION_ALIASES ||
  GREEK.has(name) ||
  PRIMARY_COMMANDS.has(name);
