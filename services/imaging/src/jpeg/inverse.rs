//! From coefficients to samples: the inverse DCT, whole or at a half, a quarter or an eighth of the size.
//!
//! A smaller picture comes straight from the lowest coefficients of each block: an n-point inverse transform of the first
//! n × n of them is the block low-passed and sampled n/8 as densely. All in integers, by rows of lanes that a compiler turns into
//! vector instructions. Hostile coefficients wrap around and are clamped.
//!
//! The eight-point transform is that of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with 12 fractional bits.

/// Samples on a side that a block becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    Eighth = 1,
    Quarter = 2,
    Half = 4,
    Whole = 8,
}

impl Scale {
    /// Samples on a side of a block.
    pub fn side(self) -> usize {
        self as usize
    }

    /// Half as many, if there is such a scale.
    pub fn halved(self) -> Option<Self> {
        match self {
            Self::Whole => Some(Self::Half),
            Self::Half => Some(Self::Quarter),
            Self::Quarter => Some(Self::Eighth),
            Self::Eighth => None,
        }
    }
}

/// Writes a block's samples to `out`, whose rows are `stride` apart. `last` is the place of the last coefficient that is not zero.
#[inline(always)]
pub fn inverse(
    scale: Scale,
    block: &[i16; 64],
    last: usize,
    divisors: &[i32; 64],
    out: &mut [u8],
    stride: usize,
) -> Option<()> {
    if last == 0 || scale == Scale::Eighth {
        // The first coefficient is eight times the mean.
        let mean = sample(((i32::from(block[0]).wrapping_mul(divisors[0])).wrapping_add(4) >> 3).wrapping_add(128));
        let side = scale.side();
        for row in out.chunks_mut(stride).take(side) {
            row.get_mut(..side)?.fill(mean);
        }
        return Some(());
    }
    match scale {
        Scale::Whole => eight(block, divisors, out, stride),
        Scale::Half => four(block, divisors, out, stride),
        _ => two(block, divisors, out, stride),
    }
}

#[inline(always)]
fn sample(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

/// Half a unit of the last place kept, and the level shift of 128, after two passes.
const ROUNDED: i32 = 65_536 + (128 << 17);

type Lanes<const N: usize> = [[i32; N]; N];

#[inline(always)]
fn scaled<const N: usize>(block: &[i16; 64], divisors: &[i32; 64]) -> Lanes<N> {
    let mut lanes = [[0; N]; N];
    for (y, row) in lanes.iter_mut().enumerate() {
        for (x, value) in row.iter_mut().enumerate() {
            *value = i32::from(block[y * 8 + x]).wrapping_mul(divisors[y * 8 + x]);
        }
    }
    lanes
}

#[inline(always)]
fn turned<const N: usize>(lanes: &Lanes<N>) -> Lanes<N> {
    let mut turned = [[0; N]; N];
    for (y, row) in lanes.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            turned[x][y] = *value;
        }
    }
    turned
}

#[inline(always)]
fn write<const N: usize>(lanes: &Lanes<N>, out: &mut [u8], stride: usize) -> Option<()> {
    for (values, row) in lanes.iter().zip(out.chunks_mut(stride)) {
        let row = row.first_chunk_mut::<N>()?;
        for (byte, value) in row.iter_mut().zip(values) {
            *byte = sample(*value);
        }
    }
    Some(())
}

#[inline(always)]
fn eight(block: &[i16; 64], divisors: &[i32; 64], out: &mut [u8], stride: usize) -> Option<()> {
    let mut lanes = scaled::<8>(block, divisors);
    eight_points(&mut lanes, 10, 512);
    let mut lanes = turned(&lanes);
    eight_points(&mut lanes, 17, ROUNDED);
    write(&turned(&lanes), out, stride)
}

/// The eight-point transform down each column of lanes.
#[expect(clippy::needless_range_loop, reason = "each step is one vector instruction over all lanes")]
#[inline(always)]
fn eight_points(c: &mut Lanes<8>, shift: u32, bias: i32) {
    let times = i32::wrapping_mul;
    let plus = i32::wrapping_add;
    let minus = i32::wrapping_sub;
    for i in 0..8 {
        // Even coefficients.
        let turn = times(plus(c[2][i], c[6][i]), 2217);
        let even2 = plus(turn, times(c[6][i], -7567));
        let even3 = plus(turn, times(c[2][i], 3135));
        let even0 = plus(plus(c[0][i], c[4][i]) << 12, bias);
        let even1 = plus(minus(c[0][i], c[4][i]) << 12, bias);
        let (x0, x3) = (plus(even0, even3), minus(even0, even3));
        let (x1, x2) = (plus(even1, even2), minus(even1, even2));
        // Odd coefficients.
        let (o0, o1, o2, o3) = (c[7][i], c[5][i], c[3][i], c[1][i]);
        let (p3, p4) = (plus(o0, o2), plus(o1, o3));
        let p5 = times(plus(p3, p4), 4816);
        let p1 = plus(p5, times(plus(o0, o3), -3685));
        let p2 = plus(p5, times(plus(o1, o2), -10_497));
        let (p3, p4) = (times(p3, -8034), times(p4, -1597));
        let t0 = plus(plus(times(o0, 1223), p1), p3);
        let t1 = plus(plus(times(o1, 8410), p2), p4);
        let t2 = plus(plus(times(o2, 12_586), p2), p3);
        let t3 = plus(plus(times(o3, 6149), p1), p4);
        c[0][i] = plus(x0, t3) >> shift;
        c[7][i] = minus(x0, t3) >> shift;
        c[1][i] = plus(x1, t2) >> shift;
        c[6][i] = minus(x1, t2) >> shift;
        c[2][i] = plus(x2, t1) >> shift;
        c[5][i] = minus(x2, t1) >> shift;
        c[3][i] = plus(x3, t0) >> shift;
        c[4][i] = minus(x3, t0) >> shift;
    }
}

#[inline(always)]
fn four(block: &[i16; 64], divisors: &[i32; 64], out: &mut [u8], stride: usize) -> Option<()> {
    let mut lanes = scaled::<4>(block, divisors);
    four_points(&mut lanes, 9, 256);
    let mut lanes = turned(&lanes);
    four_points(&mut lanes, 17, ROUNDED);
    write(&turned(&lanes), out, stride)
}

/// The four-point transform down each column of lanes; constants are cosines of π/8, 3π/8 and π/4 with 12 fractional bits.
#[expect(clippy::needless_range_loop, reason = "each step is one vector instruction over all lanes")]
#[inline(always)]
fn four_points(c: &mut Lanes<4>, shift: u32, bias: i32) {
    const COS_1: i32 = 3784;
    const COS_3: i32 = 1567;
    const COS_2: i32 = 2896;
    for i in 0..4 {
        let (c0, c1, c2, c3) = (c[0][i], c[1][i], c[2][i], c[3][i]);
        let even0 = c0.wrapping_add(c2).wrapping_mul(COS_2).wrapping_add(bias);
        let even1 = c0.wrapping_sub(c2).wrapping_mul(COS_2).wrapping_add(bias);
        let odd0 = c1.wrapping_mul(COS_1).wrapping_add(c3.wrapping_mul(COS_3));
        let odd1 = c1.wrapping_mul(COS_3).wrapping_sub(c3.wrapping_mul(COS_1));
        c[0][i] = even0.wrapping_add(odd0) >> shift;
        c[3][i] = even0.wrapping_sub(odd0) >> shift;
        c[1][i] = even1.wrapping_add(odd1) >> shift;
        c[2][i] = even1.wrapping_sub(odd1) >> shift;
    }
}

/// Two points: sums and differences.
#[inline(always)]
fn two(block: &[i16; 64], divisors: &[i32; 64], out: &mut [u8], stride: usize) -> Option<()> {
    let [[a, b], [c, d]] = scaled::<2>(block, divisors);
    let level = |sum: i32| sample(sum.wrapping_add(4 + 1024) >> 3);
    let (upper, lower) = out.split_at_mut_checked(stride)?;
    let (left, right) = (a.wrapping_add(c), b.wrapping_add(d));
    *upper.first_chunk_mut::<2>()? = [level(left.wrapping_add(right)), level(left.wrapping_sub(right))];
    let (left, right) = (a.wrapping_sub(c), b.wrapping_sub(d));
    *lower.first_chunk_mut::<2>()? = [level(left.wrapping_add(right)), level(left.wrapping_sub(right))];
    Some(())
}
