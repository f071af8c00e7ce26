"""The small C functions that emitted code calls; a program carries those it uses."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from cornu_backend_opencl.codegen.lanes import STORED, computed

COUNTS = (16, 8, 4, 2)  # lanes of vectors

_SHARE = """
/* The first element of a share of n, cut between multiples of a unit. */
static inline int share(const int n, const int unit, const int number, const int count) {
  const long units = ((long)n + unit - 1) / unit;
  return (int)min((long)n, units * number / count * unit);
}
"""

# {n}: lanes, {d}: dtype, {s}: as stored, {r}: in a register, {get}: element i of p, {put}: stores x
# there.
# What few vectors need, the last of a row, is kept out of line: it is most of the code to compile.
_RARE = "static __attribute__((noinline))"
_INLINED = "static inline __attribute__((always_inline))"
_MEMORY = {
    "any{n}_{d}": """
typedef {s} any{n}_{d} __attribute__((ext_vector_type({n}), aligned({bytes})));
""",
    "read{n}_{d}": """
{inlined} {r}{n} read{n}_{d}(__global const {s} *p) {{ return {all}; }}
""",
    "write{n}_{d}": """
{inlined} void write{n}_{d}(const {r}{n} v, __global {s} *p) {{ {putall}; }}
""",
    "turn{n}_{d}": """
/* As many vectors as each has lanes, turned around: in each round, neighbours of the two halves are
   put side by side. */
{inlined} void turn{n}_{d}({r}{n} *t) {{
  for (int round = 0; round < {rounds}; round++) {{
    {r}{n} u[{n}];
    for (int i = 0; i < {half}; i++) {{
      u[2 * i] = __builtin_shufflevector(
          t[i], t[i + {half}], {firsts});
      u[2 * i + 1] = __builtin_shufflevector(
          t[i], t[i + {half}], {seconds});
    }}
    for (int i = 0; i < {n}; i++) t[i] = u[i];
  }}
}}
""",
    "some{n}_{d}": """
{rare} {r}{n} some{n}_{d}(__global const {s} *p, const int n) {{
  {r} a[{n}];
  for (int j = 0; j < {n}; j++) {{ const int i = min(j, n - 1); a[j] = {get}; }}
  return vload{n}(0, a);
}}
""",
    "load{n}_{d}": """
{inlined} {r}{n} load{n}_{d}(__global const {s} *p, const int n) {{
  return n >= {n} ? read{n}_{d}(p) : some{n}_{d}(p, n);
}}
""",
    "gather{n}_{d}": """
{rare} {r}{n} gather{n}_{d}(__global const {s} *p, const int stride, const int n) {{
  {r} a[{n}];
  for (int j = 0; j < {n}; j++) {{ const int i = min(j, n - 1) * stride; a[j] = {get}; }}
  return vload{n}(0, a);
}}
""",
    "rest{n}_{d}": """
{rare} void rest{n}_{d}(const {r}{n} v, __global {s} *p, const int n) {{
  {r} a[{n}];
  vstore{n}(v, 0, a);
  for (int i = 0; i < n; i++) {{ const {r} x = a[i]; {put}; }}
}}
""",
    "store{n}_{d}": """
{inlined} void store{n}_{d}(const {r}{n} v, __global {s} *p, const int n) {{
  if (n >= {n}) write{n}_{d}(v, p);
  else rest{n}_{d}(v, p, n);
}}
""",
    "scatter{n}_{d}": """
{rare} void scatter{n}_{d}(const {r}{n} v, __global {s} *p, const int stride, const int n) {{
  {r} a[{n}];
  vstore{n}(v, 0, a);
  for (int j = 0; j < {n}; j++)
    if (j < n) {{ const int i = j * stride; const {r} x = a[j]; {put}; }}
}}
""",
    "keep{n}_{d}": """
{rare} {r}{n} keep{n}_{d}(const {r}{n} v, const {r} other, const int n) {{
  {r} a[{n}];
  vstore{n}(v, 0, a);
  for (int i = max(n, 0); i < {n}; i++) a[i] = other;
  return vload{n}(0, a);
}}
""",
}

_MATH = {
    "round_half": """
static inline float round_half(const float x) {
  ushort bits;
  vstore_half_rte(x, 0, (half *)&bits);
  return vload_half(0, (half *)&bits);
}
""",
    "mod_float32": """
static inline float mod_float32(const float a, const float b) {
  const float r = fmod(a, b);
  if (r == 0.0f) return copysign(r, b);
  return (r < 0.0f) != (b < 0.0f) ? r + b : r;
}
""",
    "floordiv_float32": """
static inline float floordiv_float32(const float a, const float b) {
  if (b == 0.0f) return a / b;
  float r = fmod(a, b), q = (a - r) / b;
  if (r != 0.0f && (r < 0.0f) != (b < 0.0f)) q -= 1.0f;
  if (q == 0.0f) return copysign(0.0f, a / b);
  const float f = floor(q);
  return q - f > 0.5f ? f + 1.0f : f;
}
""",
    "erfinv_float32": """
/* Giles (2010), and one step of Newton's method where it helps. */
static inline float erfinv_float32(const float y) {
  if (fabs(y) == 1.0f) return y / 0.0f;
  float w = -log1p(-y * y), x;
  if (w < 5.0f) {
    w -= 2.5f;
    x = 2.81022636e-08f;
    x = 3.43273939e-07f + x * w;
    x = -3.5233877e-06f + x * w;
    x = -4.39150654e-06f + x * w;
    x = 0.00021858087f + x * w;
    x = -0.00125372503f + x * w;
    x = -0.00417768164f + x * w;
    x = 0.246640727f + x * w;
    x = 1.50140941f + x * w;
  } else {
    w = sqrt(w) - 3.0f;
    x = -0.000200214257f;
    x = 0.000100950558f + x * w;
    x = 0.00134934322f + x * w;
    x = -0.00367342844f + x * w;
    x = 0.00573950773f + x * w;
    x = -0.0076224613f + x * w;
    x = 0.00943887047f + x * w;
    x = 1.00167406f + x * w;
    x = 2.83297682f + x * w;
  }
  return x * y;
}
""",
    "mod_int": """
static inline long mod_int(const long a, const long b) {
  if (b == 0) return 0;
  const long r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
""",
    "floordiv_int": """
static inline long floordiv_int(const long a, const long b) {
  if (b == 0) return 0;
  const long q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}
""",
    "pow_int": """
static inline long pow_int(long base, long exponent) {
  long result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}
""",
    "philox8": """
/* Philox 4x64-10 (Salmon et al., 2011), as NumPy runs it: eight blocks of four words at once. */
static inline void philox8(const ulong first, const ulong counter, ulong2 k, ulong *words) {
  ulong8 c0 = first + (ulong8)(0, 1, 2, 3, 4, 5, 6, 7), c1 = counter, c2 = 0, c3 = 0;
  const ulong8 m0 = 0xD2E7470EE14C6C93UL, m1 = 0xCA5A826395121157UL;
  for (int round = 0; round < 10; round++) {
    const ulong8 l0 = m0 * c0, h0 = mul_hi(m0, c0), l1 = m1 * c2, h1 = mul_hi(m1, c2);
    c0 = h1 ^ c1 ^ k.s0;
    c1 = l1;
    c2 = h0 ^ c3 ^ k.s1;
    c3 = l0;
    k += (ulong2)(0x9E3779B97F4A7C15UL, 0xBB67AE8584CAA73BUL);
  }
  ulong t[32];
  vstore8(c0, 0, t);
  vstore8(c1, 1, t);
  vstore8(c2, 2, t);
  vstore8(c3, 3, t);
  for (int i = 0; i < 8; i++) vstore4((ulong4)(t[i], t[8 + i], t[16 + i], t[24 + i]), i, words);
}
""",
    "philox": """
/* Philox 4x64-10 (Salmon et al., 2011), as NumPy runs it. */
static inline ulong4 philox(ulong4 c, ulong2 k) {
  for (int round = 0; round < 10; round++) {
    const ulong l0 = 0xD2E7470EE14C6C93UL * c.s0, h0 = mul_hi(0xD2E7470EE14C6C93UL, c.s0);
    const ulong l1 = 0xCA5A826395121157UL * c.s2, h1 = mul_hi(0xCA5A826395121157UL, c.s2);
    c = (ulong4)(h1 ^ c.s1 ^ k.s0, l1, h0 ^ c.s3 ^ k.s1, l0);
    k += (ulong2)(0x9E3779B97F4A7C15UL, 0xBB67AE8584CAA73BUL);
  }
  return c;
}
""",
}
for _name in ("mod", "floordiv", "erfinv"):
    _text = re.sub(r"([0-9])f\b", r"\1", _MATH[f"{_name}_float32"]).replace("float32", "float64")
    _MATH[f"{_name}_float64"] = re.sub(r"\bfloat\b", "double", _text)
_MATH["erfinv_float64"] = _MATH["erfinv_float64"].replace(
    "  return x * y;",
    """  x *= y;
  for (int i = 0; i < 2; i++) {
    const double step = (erf(x) - y) * exp(x * x) * 0.88622692545275801365;
    x -= isfinite(step) ? step : 0.0;
  }
  return x;""",
)


_ROUND_HALF = """
static inline float{n} round_half{n}(const float{n} x) {{
  ushort bits[{n}];
  vstore_half{n}_rte(x, 0, (half *)bits);
  return vload_half{n}(0, (half *)bits);
}}
"""


def _forms(dtype: str, n: int) -> dict[str, str]:
    """Return how one element is loaded and stored, and how a whole vector is."""
    if dtype == "float16":
        return {
            "get": "vload_half(i, p)",
            "put": "vstore_half_rte(x, i, p)",
            "all": f"vload_half{n}(0, p)",
            "putall": f"vstore_half{n}_rte(v, 0, p)",
        }
    vector = f"any{n}_{dtype}"
    if dtype == "bool":
        return {
            "get": "-(int)p[i]",
            "put": "p[i] = (uchar)-x",
            "all": f"-__builtin_convertvector(*(__global const {vector} *)p, int{n})",
            "putall": f"*(__global {vector} *)p = __builtin_convertvector(-v, uchar{n})",
        }
    return {
        "get": "p[i]",
        "put": "p[i] = x",
        "all": f"*(__global const {vector} *)p",
        "putall": f"*(__global {vector} *)p = v",
    }


@cache
def helpers() -> dict[str, str]:
    """Return all helpers by name, those that others call first."""
    found = {"share": _SHARE, **_MATH}
    for n in COUNTS:
        found[f"round_half{n}"] = _ROUND_HALF.format(n=n)
        numbers = {
            "n": n,
            "half": n // 2,
            "rounds": n.bit_length() - 1,
            "firsts": ", ".join(f"{i}, {n + i}" for i in range(n // 2)),
            "seconds": ", ".join(f"{i}, {n + i}" for i in range(n // 2, n)),
        }
        for dtype, stored in STORED.items():
            words = {
                "d": dtype,
                "s": stored,
                "r": STORED[str(computed(dtype))],
                "bytes": np.dtype(dtype).itemsize,
                "rare": _RARE,
                "inlined": _INLINED,
            }
            for name, text in _MEMORY.items():
                forms = {**numbers, **words, **_forms(dtype, n)}
                found[name.format(n=n, d=dtype)] = text.format(**forms)
    return found


def helpers_for(text: str) -> str:
    """Return the helpers that a text calls, those they call first.

    Examples
    --------
    >>> "static inline int share" in helpers_for("x = share(9, 1, 0, 2);")
    True
    """
    known = helpers()
    found: dict[str, None] = {}

    def visit(source: str) -> None:
        for name in re.findall(r"\b[a-z]\w*\b", source):
            if name in known and name not in found:
                found[name] = None
                visit(known[name])

    visit(text)
    order = [name for name in known if name in found]
    return "".join(known[name] for name in order)
