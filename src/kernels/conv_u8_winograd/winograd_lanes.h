// The three transforms of exact Winograd F(4x4, 3x3) over any lanes of 16-bit
// (input, weights) or 32-bit integers (outputs); all wrap around.
//
// With the points 0, 1, -1, 2, -2 and infinity, and the denominators of the
// weights' transform moved to the outputs' (conv_u8_winograd.h says how),
//
//   input    v = B d   v0 =  4 d0 - 5 d2 + d4      v3 = -2 d1 - d2 + 2 d3 + d4
//                      v1 = -4 d1 - 4 d2 + d3 + d4 v4 =  2 d1 - d2 - 2 d3 + d4
//                      v2 =  4 d1 - 4 d2 - d3 + d4 v5 =  4 d1 - 5 d3 + d5
//   weights  u = G g   u0 = 6 g0                   u3 = g0 + 2 g1 + 4 g2
//                      u1 = g0 + g1 + g2           u4 = g0 - 2 g1 + 4 g2
//                      u2 = g0 - g1 + g2           u5 = 6 g2
//   outputs  y = A m   24 y0 = m0 - 4 (m1 + m2) + (m3 + m4)
//                      12 y1 =    - 2 (m1 - m2) + (m3 - m4)
//                       6 y2 =      - (m1 + m2) + (m3 + m4)
//                       6 y3 =      - (m1 - m2) + 2 (m3 - m4) + m5
//
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_CONV_U8_WINOGRAD_WINOGRAD_LANES_H_
#define OCTET_KERNELS_CONV_U8_WINOGRAD_WINOGRAD_LANES_H_

namespace octet::kernels {
namespace {

// V: 16-bit lanes with Add, Sub and Shift<n> (to the left).
template <typename V>
[[gnu::always_inline]] inline void TransformInput(const typename V::I (&d)[6],
                                                  typename V::I (&v)[6]) {
  const auto even = V::Sub(d[4], d[2]);
  const auto odd = V::template Shift<1>(V::Sub(d[3], d[1]));
  const auto p = V::Sub(d[4], V::template Shift<2>(d[2]));
  const auto q = V::Sub(d[3], V::template Shift<2>(d[1]));
  v[0] = V::Add(V::template Shift<2>(V::Sub(d[0], d[2])), even);
  v[1] = V::Add(p, q);
  v[2] = V::Sub(p, q);
  v[3] = V::Add(even, odd);
  v[4] = V::Sub(even, odd);
  v[5] = V::Sub(V::Sub(d[5], d[3]), V::template Shift<1>(odd));
}

template <typename V>
[[gnu::always_inline]] inline void TransformWeights(const typename V::I (&g)[3],
                                                    typename V::I (&u)[6]) {
  const auto twice = V::template Shift<1>(g[1]);
  const auto ends = V::Add(g[0], g[2]);
  const auto wide = V::Add(g[0], V::template Shift<2>(g[2]));
  u[0] = V::Add(V::template Shift<2>(g[0]), V::template Shift<1>(g[0]));
  u[1] = V::Add(ends, g[1]);
  u[2] = V::Sub(ends, g[1]);
  u[3] = V::Add(wide, twice);
  u[4] = V::Sub(wide, twice);
  u[5] = V::Add(V::template Shift<2>(g[2]), V::template Shift<1>(g[2]));
}

// V: 32-bit lanes. y0 is 24 times, y1 12 times, y2 and y3 6 times too large.
template <typename V>
[[gnu::always_inline]] inline void TransformOutput(const typename V::I (&m)[6],
                                                   typename V::I (&y)[4]) {
  const auto a = V::Add(m[1], m[2]);
  const auto b = V::Sub(m[1], m[2]);
  const auto c = V::Add(m[3], m[4]);
  const auto d = V::Sub(m[3], m[4]);
  y[0] = V::Sub(V::Add(m[0], c), V::template Shift<2>(a));
  y[1] = V::Sub(d, V::template Shift<1>(b));
  y[2] = V::Sub(c, a);
  y[3] = V::Add(V::Sub(m[5], b), V::template Shift<1>(d));
}

// How far the output (row, column) of a tile is shifted when all transforms are
// done and the odd factor, 9 for each, is divided out.
inline constexpr int kOutputShift[4] = {3, 2, 1, 1};

// The inverse of 9 modulo 2^32: what is a multiple of 9 is divided by
// multiplying with it.
inline constexpr unsigned kInverseOfNine = 954437177u;

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_WINOGRAD_WINOGRAD_LANES_H_
