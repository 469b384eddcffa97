// The three transforms of Winograd's F(4x4, 3x3) in one direction, over any
// lanes (Lavin and Gray, "Fast algorithms for convolutional neural networks",
// 2015).
//
// The points are 0, 1, -1, 2, -2 and infinity. The rows of the weights'
// transform are taken 6, -6, -6, 24, 24 and 6 times, which makes them integers;
// what that does to the outputs is a factor in kOutputScale.
//
//   input    v0 =  4 d0 - 5 d2 + d4         v3 = -2 d1 - d2 + 2 d3 + d4
//            v1 = -4 d1 - 4 d2 + d3 + d4    v4 =  2 d1 - d2 - 2 d3 + d4
//            v2 =  4 d1 - 4 d2 - d3 + d4    v5 =  4 d1 - 5 d3 + d5
//   weights  u0 = 6 g0                      u3 = g0 + 2 g1 + 4 g2
//            u1 = g0 + g1 + g2              u4 = g0 - 2 g1 + 4 g2
//            u2 = g0 - g1 + g2              u5 = 6 g2
//   outputs  24 y0 = m0 - 4 (m1 + m2) + (m3 + m4)
//            12 y1 =    - 2 (m1 - m2) + (m3 - m4)
//             6 y2 =      - (m1 + m2) + (m3 + m4)
//             6 y3 =      - (m1 - m2) + 2 (m3 - m4) + m5
//
// Lanes V have a type I, Add, Sub, AddTimes<n>(a, b) = a + 2^n b and
// SubTimes<n>(a, b) = a - 2^n b. Internal linkage, so that files of any
// instruction set may include this.
#ifndef OCTET_KERNELS_WINOGRAD_WINOGRAD_TRANSFORMS_H_
#define OCTET_KERNELS_WINOGRAD_WINOGRAD_TRANSFORMS_H_

namespace octet::kernels {
namespace {

// How many times too large each of four transformed outputs is.
[[maybe_unused]] constexpr int kOutputScale[4] = {24, 12, 6, 6};

template <typename V>
[[gnu::always_inline]] inline void TransformInput(const typename V::I (&d)[6],
                                                  typename V::I (&v)[6]) {
  const auto even = V::Sub(d[4], d[2]);
  const auto odd = V::Sub(d[1], d[3]);  // a half of what v3 and v4 need
  const auto p = V::template SubTimes<2>(d[4], d[2]);
  const auto q = V::template SubTimes<2>(d[3], d[1]);
  v[0] = V::template AddTimes<2>(even, V::Sub(d[0], d[2]));
  v[1] = V::Add(p, q);
  v[2] = V::Sub(p, q);
  v[3] = V::template SubTimes<1>(even, odd);
  v[4] = V::template AddTimes<1>(even, odd);
  v[5] = V::template AddTimes<2>(V::Sub(d[5], d[3]), odd);
}

template <typename V>
[[gnu::always_inline]] inline void TransformWeights(const typename V::I (&g)[3],
                                                    typename V::I (&u)[6]) {
  const auto ends = V::Add(g[0], g[2]);
  const auto wide = V::template AddTimes<2>(g[0], g[2]);
  u[0] = V::template AddTimes<2>(V::Add(g[0], g[0]), g[0]);
  u[1] = V::Add(ends, g[1]);
  u[2] = V::Sub(ends, g[1]);
  u[3] = V::template AddTimes<1>(wide, g[1]);
  u[4] = V::template SubTimes<1>(wide, g[1]);
  u[5] = V::template AddTimes<2>(V::Add(g[2], g[2]), g[2]);
}

template <typename V>
[[gnu::always_inline]] inline void TransformOutput(const typename V::I (&m)[6],
                                                   typename V::I (&y)[4]) {
  const auto a = V::Add(m[1], m[2]);
  const auto b = V::Sub(m[1], m[2]);
  const auto c = V::Add(m[3], m[4]);
  const auto d = V::Sub(m[3], m[4]);
  y[0] = V::template SubTimes<2>(V::Add(m[0], c), a);
  y[1] = V::template SubTimes<1>(d, b);
  y[2] = V::Sub(c, a);
  y[3] = V::template AddTimes<1>(V::Sub(m[5], b), d);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_WINOGRAD_WINOGRAD_TRANSFORMS_H_
