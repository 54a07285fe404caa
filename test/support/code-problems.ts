/** Little programming problems with programs that are right, subtly wrong, and too slow. */
export interface CodeProblem {
  id: string;
  prompt: string;
  options?: Record<string, unknown>;
  tests: { input: string; output: string }[];
  good: { language: string; source: string }[];
  bad: { language: string; source: string }[];
  /** What a careful model answers. */
  validator: string;
  generator: string;
}

const py = (source: string) => ({ language: "python", source });
const cpp = (source: string) => ({
  language: "cpp",
  source: `#include <bits/stdc++.h>\nusing namespace std;\n${source}`,
});

/** A validator of `n` and then `n` integers, with more lines of its own. */
const listValidator = (most: number, least: string, greatest: string, more = "") => `import sys
t = sys.stdin.read().split()
def bad(why):
    sys.stderr.write(why + "\\n"); sys.exit(1)
try: v = [int(x) for x in t]
except ValueError: bad("not an integer")
if not v: bad("empty")
n = v[0]
if not 1 <= n <= ${most}: bad("n = %d is not in 1..${most}" % n)
if len(v) < n + 1: bad("too few numbers")
a = v[1:n + 1]
if any(not ${least} <= x <= ${greatest} for x in a): bad("a value is out of range")
${more || "if len(v) != n + 1: bad('too many numbers')"}
`;

const generator = (body: string) => `import sys, random
category, seed = sys.stdin.readline().split()
r = random.Random(int(seed))
big = category in ("large", "adversarial")
${body}
`;

export const CODE_PROBLEMS: CodeProblem[] = [
  {
    id: "best-run",
    prompt:
      "Given n (1 <= n <= 20000) and n integers a_i (|a_i| <= 10^9), print the greatest sum of a non-empty contiguous run.\nInput: n, then the integers.",
    options: { timeMs: 2000 },
    tests: [{ input: "5\n1 -2 3 4 -1\n", output: "7\n" }],
    good: [
      py(
        "n = int(input())\nbest = None\ncur = 0\nfor x in map(int, input().split()):\n    cur = max(cur, 0) + x\n    best = cur if best is None else max(best, cur)\nprint(best)",
      ),
      cpp(
        "int main(){int n;cin>>n;long long best=LLONG_MIN,cur=0,x;while(n--){cin>>x;cur=max(cur,0LL)+x;best=max(best,cur);}cout<<best;}",
      ),
    ],
    bad: [
      // The empty run is allowed.
      py(
        "n = int(input())\nbest = cur = 0\nfor x in map(int, input().split()):\n    cur = max(cur + x, 0)\n    best = max(best, cur)\nprint(best)",
      ),
      // 32 bits.
      cpp(
        "int main(){int n;cin>>n;int best=INT_MIN,cur=0,x;while(n--){cin>>x;cur=(int)((unsigned)max(cur,0)+(unsigned)x);best=max(best,cur);}cout<<best;}",
      ),
      // Quadratic.
      py(
        "n = int(input())\na = list(map(int, input().split()))\nbest = a[0]\nfor i in range(n):\n    s = 0\n    for j in range(i, n):\n        s += a[j]\n        if s > best: best = s\nprint(best)",
      ),
    ],
    validator: listValidator(20000, "-10**9", "10**9"),
    generator: generator(`n = 20000 if big else r.randint(1, 8)
if category == "edge":
    a = r.choice([[-r.randint(1, 9) for _ in range(n)], [10**9] * n, [-10**9]])
else:
    a = [r.randint(10**8, 10**9) if big else r.randint(-9, 9) for _ in range(n)]
print(len(a)); print(*a)`),
  },
  {
    id: "ranking",
    prompt:
      "Given n (1 <= n <= 1000) lines 'name score' (distinct lower case names of 1 to 10 letters, 0 <= score <= 100), print the names by descending score; equal scores by name, ascending.",
    tests: [{ input: "3\nbob 5\namy 5\ncat 9\n", output: "cat\namy\nbob\n" }],
    good: [
      py(
        "n = int(input())\nl = [input().split() for _ in range(n)]\nfor name, s in sorted(l, key=lambda p: (-int(p[1]), p[0])): print(name)",
      ),
      cpp(
        "int main(){int n;cin>>n;vector<pair<int,string>>v(n);for(auto&p:v){cin>>p.second>>p.first;p.first=-p.first;}sort(v.begin(),v.end());for(auto&p:v)cout<<p.second<<'\\n';}",
      ),
    ],
    bad: [
      // Ties the wrong way round.
      py(
        "n = int(input())\nl = [input().split() for _ in range(n)]\nfor s, name in sorted(((int(s), name) for name, s in l), reverse=True): print(name)",
      ),
      // Scores as texts.
      py(
        "n = int(input())\nl = [input().split() for _ in range(n)]\nl.sort(key=lambda p: p[0])\nl.sort(key=lambda p: p[1], reverse=True)\nfor name, s in l: print(name)",
      ),
    ],
    validator: `import sys, re
lines = sys.stdin.read().split("\\n")
if not re.fullmatch(r"\\d+", lines[0].strip()): sys.exit("n is no number")
n = int(lines[0])
if not 1 <= n <= 1000: sys.exit("n")
rows = [l.split() for l in lines[1:] if l.strip()]
if len(rows) != n: sys.exit("lines")
for row in rows:
    if len(row) != 2 or not re.fullmatch("[a-z]{1,10}", row[0]) or not re.fullmatch(r"\\d+", row[1]) or int(row[1]) > 100: sys.exit("row")
if len({row[0] for row in rows}) != n: sys.exit("names are not distinct")
`,
    generator: generator(`n = 1000 if big else r.randint(2, 6)
names = set()
while len(names) < n: names.add("".join(r.choice("abcdefghij") for _ in range(r.randint(1, 10))))
names = sorted(names); r.shuffle(names)
most = 3 if category in ("small", "adversarial") else 100
print(n)
for name in names: print(name, r.randint(0, most) if category != "edge" else r.choice([0, 9, 10, 100]))`),
  },
  {
    id: "triangle",
    prompt: "Given n (0 <= n <= 10^18), print 1 + 2 + ... + n exactly.",
    tests: [{ input: "4\n", output: "10\n" }],
    good: [
      py("n = int(input())\nprint(n * (n + 1) // 2)"),
      cpp(
        "int main(){unsigned long long n;cin>>n;__uint128_t s=(__uint128_t)n*(n+1)/2;string t;do{t+=char('0'+(int)(s%10));s/=10;}while(s);reverse(t.begin(),t.end());cout<<t;}",
      ),
    ],
    bad: [
      // Doubles lose the last digits.
      py("n = int(input())\nprint(int(n * (n + 1) / 2))"),
      // 64 bits.
      cpp("int main(){unsigned long long n;cin>>n;cout<<n*(n+1)/2;}"),
      // 0 is forgotten.
      py("n = int(input())\nprint(max(1, n * (n + 1) // 2))"),
    ],
    validator:
      "import sys, re\nt = sys.stdin.read().split()\nif len(t) != 1 or not re.fullmatch(r'\\d+', t[0]) or int(t[0]) > 10**18: sys.exit('n is not in 0..10^18')",
    generator:
      generator(`if category == "edge": print(r.choice([0, 0, 1, 10**18, 10**18 - r.randint(1, 10**6)]))
elif category == "small": print(r.randint(0, 1000))
else: print(r.randint(10**17, 10**18))`),
  },
  {
    id: "first-not-less",
    prompt:
      "Given n (1 <= n <= 1000), n integers in ascending order (0 <= a_i <= 10^9, equal ones may occur) and x (0 <= x <= 10^9), print the least index i, from 1, with a_i >= x, or -1.",
    tests: [{ input: "4\n1 3 3 8\n3\n", output: "2\n" }],
    good: [
      py(
        "n = int(input())\na = list(map(int, input().split()))\nx = int(input())\nprint(next((i + 1 for i, v in enumerate(a) if v >= x), -1))",
      ),
      py(
        "from bisect import bisect_left\nn = int(input())\na = list(map(int, input().split()))\ni = bisect_left(a, int(input()))\nprint(-1 if i == n else i + 1)",
      ),
    ],
    bad: [
      // The last place is never looked at.
      py(
        "n = int(input())\na = list(map(int, input().split()))\nx = int(input())\nlo, hi = 0, n - 1\nwhile lo < hi:\n    m = (lo + hi) // 2\n    if a[m] >= x: hi = m\n    else: lo = m + 1\nprint(lo + 1)",
      ),
      // Greater, not greater or equal.
      py(
        "from bisect import bisect_right\nn = int(input())\na = list(map(int, input().split()))\nx = int(input())\ni = bisect_right(a, x)\ni = i if i == 0 or a[i - 1] != x else i - 1\nprint(-1 if i == n else i + 1)",
      ),
    ],
    validator: listValidator(
      1000,
      "0",
      "10**9",
      "if a != sorted(a): bad('not ascending')\nif len(v) != n + 2: bad('count')\nif not 0 <= v[-1] <= 10**9: bad('x')",
    ),
    generator: generator(`n = 1000 if big else r.randint(1, 6)
most = 10**9 if category == "large" else 5
a = sorted(r.randint(0, most) for _ in range(n))
x = a[-1] + 1 if category == "edge" and a[-1] < 10**9 else r.choice(a)
print(n); print(*a); print(x)`),
  },
  {
    id: "meetings",
    prompt:
      "Given n (1 <= n <= 2000) meetings [l, r) with 0 <= l < r <= 10^9, print the most meetings that one person can attend. A meeting may begin when another ends.",
    tests: [{ input: "3\n1 4\n4 6\n2 5\n", output: "2\n" }],
    good: [
      py(
        "n = int(input())\nm = sorted((tuple(map(int, input().split())) for _ in range(n)), key=lambda p: p[1])\nend = -1\nk = 0\nfor l, r in m:\n    if l >= end: k += 1; end = r\nprint(k)",
      ),
      cpp(
        "int main(){int n;cin>>n;vector<pair<int,int>>v(n);for(auto&p:v)cin>>p.second>>p.first;sort(v.begin(),v.end());int k=0,e=-1;for(auto&p:v)if(p.second>=e){k++;e=p.first;}cout<<k;}",
      ),
    ],
    bad: [
      // Greedy by beginning.
      py(
        "n = int(input())\nm = sorted(tuple(map(int, input().split())) for _ in range(n))\nend = -1\nk = 0\nfor l, r in m:\n    if l >= end: k += 1; end = r\nprint(k)",
      ),
      // Greedy by length, which is right for many.
      py(
        "n = int(input())\nm = sorted((tuple(map(int, input().split())) for _ in range(n)), key=lambda p: p[1] - p[0])\nt = []\nfor l, r in m:\n    if all(r <= a or l >= b for a, b in t): t.append((l, r))\nprint(len(t))",
      ),
    ],
    validator:
      "import sys\nv = list(map(int, sys.stdin.read().split()))\nn = v[0]\nassert 1 <= n <= 2000 and len(v) == 2 * n + 1\nfor l, r in zip(v[1::2], v[2::2]): assert 0 <= l < r <= 10**9",
    generator: generator(`n = 300 if big else r.randint(1, 7)
if category == "edge": m = [(0, 10**9)] + [(i, i + 1) for i in range(n)]
elif category == "adversarial": m = [p for i in range(n // 3) for p in ((10 * i, 10 * i + 5), (10 * i + 4, 10 * i + 7), (10 * i + 6, 10 * i + 10))]
else:
    m = []
    for _ in range(n):
        l = r.randint(0, 10**6 if big else 10); m.append((l, l + r.randint(1, 10**5 if big else 6)))
r.shuffle(m)
print(len(m))
for l, e in m: print(l, e)`),
  },
  {
    id: "equal-pairs",
    prompt:
      "Given n (1 <= n <= 100000) and n integers a_i (1 <= a_i <= 10^9), print the number of pairs i < j with a_i = a_j.",
    options: { timeMs: 2000 },
    tests: [{ input: "4\n7 7 7 1\n", output: "3\n" }],
    good: [
      py(
        "from collections import Counter\nn = int(input())\nprint(sum(k * (k - 1) // 2 for k in Counter(input().split()).values()))",
      ),
      cpp(
        "int main(){int n;cin>>n;unordered_map<int,long long>m;long long s=0;int x;while(n--){cin>>x;s+=m[x]++;}cout<<s;}",
      ),
    ],
    bad: [
      // The count does not fit in 32 bits.
      cpp(
        "int main(){int n;cin>>n;unordered_map<int,int>m;unsigned s=0;int x;while(n--){cin>>x;s+=m[x]++;}cout<<(int)s;}",
      ),
      // Quadratic.
      py(
        "n = int(input())\na = input().split()\nprint(sum(a[i] == a[j] for i in range(n) for j in range(i + 1, n)))",
      ),
    ],
    validator: listValidator(100000, "1", "10**9"),
    generator: generator(`n = 100000 if big else r.randint(1, 8)
if category in ("edge", "adversarial"): a = [r.randint(1, 10**9)] * n
else: a = [r.randint(1, 10**9 if big else 3) for _ in range(n)]
print(n); print(*a)`),
  },
];

/** A record of a data set: what the model does not write. */
export const recordOf = ({ validator: _, generator: __, ...record }: CodeProblem) => record;

/** A whole answer: a program in a block, and words around it. */
export const fenced = (source: string, language = "python") =>
  `Here it is.\n\n\`\`\`${language}\n${source}\n\`\`\`\n`;
