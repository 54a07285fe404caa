import { CPP_JSON } from "./driver-cpp.ts";
import type { Program } from "./program.ts";

/**
 * A program of one file that calls the function: its arguments are the JSON lines of stdin, its result is the JSON on
 * stdout, and whatever the function itself prints goes to stderr. Methods of a class `Solution` are found, too.
 */
export function withDriver({ language, source, functionName }: Program): string {
  if (functionName === undefined) return source;
  // The name comes from a data set; it goes into source text.
  if (!/^[A-Za-z_]\w*$/.test(functionName)) throw new TypeError(`${functionName} is no name of a function.`);
  if (language === "python") return pythonDriver(source, functionName);
  if (language === "cpp") return cppDriver(source, functionName);
  return javascriptDriver(source, functionName);
}

/** Starters of such problems rely on names that nobody imports. */
const pythonDriver = (source: string, name: string): string => `
import sys, os, json
_out = os.dup(1)
os.dup2(2, 1)
_space = {"__name__": "solution"}
exec("""
from typing import *
from collections import *
from functools import *
from itertools import *
from heapq import *
from bisect import *
from math import *
import sys, math, collections, functools, itertools, heapq, bisect, string, re, random, operator
""", _space)
sys.setrecursionlimit(50000)
exec(compile(${JSON.stringify(source)}, "solution.py", "exec"), _space)
_f = _space[${JSON.stringify(name)}] if callable(_space.get(${JSON.stringify(name)})) and not isinstance(_space.get("Solution"), type) else getattr(_space["Solution"](), ${JSON.stringify(name)})
_r = _f(*[json.loads(_line) for _line in sys.stdin.read().split("\\n") if _line.strip()])
def _plain(x):
    if isinstance(x, (set, frozenset)): return sorted(x)
    if hasattr(x, "item"): return x.item()
    if hasattr(x, "__iter__"): return list(x)
    raise TypeError("no JSON: " + str(type(x)))
sys.stdout.flush()
os.write(_out, b"")
with os.fdopen(_out, "w") as _o: _o.write(json.dumps(_r, default=_plain))
`;

const javascriptDriver = (source: string, name: string): string => `${source}
;(() => {
  const lines = process.getBuiltinModule("node:fs").readFileSync(0, "utf8").split("\\n").filter((line) => line.trim() !== "");
  console.log = console.info = console.debug = console.error;
  const call = typeof ${name} === "function" ? ${name} : ((it) => it.${name}.bind(it))(new Solution());
  const plain = (_, x) => typeof x === "bigint" ? JSON.rawJSON(String(x)) : x instanceof Set ? [...x] : x;
  const result = call(...lines.map((line) => JSON.parse(line)));
  process.stdout.write(JSON.stringify(result ?? null, plain));
})();
`;

const cppDriver = (source: string, name: string): string => {
  const target = /\b(?:class|struct)\s+Solution\b/.test(source) ? `&Solution::${name}` : `&${name}`;
  return `#include <bits/stdc++.h>
#include <unistd.h>
using namespace std;
${source}
${CPP_JSON}
int main() { return pacore_driver::run(${target}); }
`;
};
