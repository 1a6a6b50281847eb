/**
 * Seeded random numbers. The generator is xoshiro128** 1.1 (Blackman and Vigna 2021, "Scrambled linear
 * pseudorandom number generators", ACM TOMS 47(4), doi:10.1145/3460772): 32-bit integer arithmetic only, so
 * the same seed gives the same draws on every machine. It is written here, and not taken from a package,
 * because the simulators draw some 10^9 numbers and because the package at hand has no types that the
 * notebook's compiler can resolve.
 *
 * Integers, uniforms, shuffles and samples are exact on every machine. The other distributions also use Math.log,
 * Math.exp and Math.sqrt, which V8 computes alike everywhere; not Math.pow, whose last digit changed between Node 22 and 26.
 */

/** A stream of random numbers. Every draw moves the stream on; `fork` does not. */
export interface Random {
  /** Uniform over the 32-bit integers 0 ... 2^32 - 1. One step of the generator. */
  bits(): number;
  /** Uniform on [0, 1) in steps of 2^-53. Two steps. */
  uniform(): number;
  /** Uniform on [0, 1) in steps of 2^-32. One step: for inner loops. */
  coarseUniform(): number;
  /** Uniform over 0 ... n - 1, without modulo bias (Lemire 2019). @param n integer in 1 ... 2^32 */
  integer(n: number): number;
  /** True with probability p. @param p in [0, 1] */
  bernoulli(p: number): boolean;
  /** Normal with the given mean and standard deviation (Marsaglia and Bray's polar method). @param sd >= 0 */
  normal(mean?: number, sd?: number): number;
  /** Exponential with the given mean, > 0. @param mean default 1 */
  exponential(mean?: number): number;
  /** Gamma with density x^(shape-1) e^(-x/scale), mean shape * scale (Marsaglia and Tsang 2000). Both > 0. */
  gamma(shape: number, scale?: number): number;
  /** Beta on [0, 1] with mean a / (a + b). Both > 0. */
  beta(a: number, b: number): number;
  /** Poisson counts (products of uniforms below a mean of 10, above it Hoermann's PTRS). @param mean in [0, 2^31] */
  poisson(mean: number): number;
  /** Failures before the first success: P(k) = p (1-p)^k, mean (1-p) / p. @param p in (0, 1] */
  geometric(p: number): number;
  /**
   * An independent stream with a name. It depends on the seed and on the names along the way alone, not on
   * how many numbers were drawn before: what one part draws never moves another part's numbers.
   * @example random(7).fork("users").fork(12)
   */
  fork(name: string | number): Random;
}

type Key = readonly [number, number, number, number];

/**
 * The stream of a seed.
 * @param seed integer in -(2^53 - 1) ... 2^53 - 1
 * @throws RangeError when the seed is not such an integer.
 */
export function random(seed: number): Random {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`The seed must be an integer below 2^53 in size, not ${seed}.`);
  }
  const high = Math.floor(seed / 2 ** 32);
  return new Stream(absorb([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [seed | 0, high | 0]));
}

class Stream implements Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spare = Number.NaN;

  constructor(private readonly key: Key) {
    [this.a, this.b, this.c, this.d] = key;
    // The one state that xoshiro cannot leave.
    if ((this.a | this.b | this.c | this.d) === 0) this.a = 1;
  }

  bits(): number {
    const b = this.b;
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const c = this.c ^ this.a;
    const d = this.d ^ b;
    this.b = b ^ c;
    this.a ^= d;
    this.c = c ^ (b << 9);
    this.d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }

  uniform(): number {
    const high = this.bits() >>> 5;
    return (high * 0x4000000 + (this.bits() >>> 6)) / 0x20000000000000;
  }

  coarseUniform(): number {
    return this.bits() * 2.3283064365386963e-10;
  }

  integer(n: number): number {
    if (!(n >= 1 && n <= 0x100000000 && Math.floor(n) === n)) {
      throw new RangeError(`integer(n) needs a whole n in 1 ... 2^32, not ${n}.`);
    }
    // Below 2^21 the product of n and a 32-bit integer is exact in a double.
    if (n <= 0x200000) {
      for (;;) {
        const product = this.bits() * n;
        const quotient = Math.floor(product * 2.3283064365386963e-10);
        const rest = product - quotient * 0x100000000;
        // Rejected is a rest below 2^32 mod n, so below n: the slow remainder is seldom needed.
        if (rest >= n || rest >= 0x100000000 % n) return quotient;
      }
    }
    const limit = 0x100000000 - (0x100000000 % n);
    for (;;) {
      const draw = this.bits();
      if (draw < limit) return draw % n;
    }
  }

  bernoulli(p: number): boolean {
    return this.uniform() < p;
  }

  normal(mean = 0, sd = 1): number {
    if (!Number.isNaN(this.spare)) {
      const spare = this.spare;
      this.spare = Number.NaN;
      return mean + sd * spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.spare = y * factor;
        return mean + sd * x * factor;
      }
    }
  }

  exponential(mean = 1): number {
    return -mean * Math.log(1 - this.uniform());
  }

  gamma(shape: number, scale = 1): number {
    if (!(shape > 0 && scale > 0)) {
      throw new RangeError(`gamma needs a shape and a scale above 0, not ${shape} and ${scale}.`);
    }
    if (shape < 1) {
      return this.gamma(shape + 1, scale) * Math.exp(Math.log(1 - this.uniform()) / shape);
    }
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      const v = root * root * root;
      if (v <= 0) continue;
      if (Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v * scale;
      }
    }
  }

  beta(a: number, b: number): number {
    const x = this.gamma(a);
    const y = this.gamma(b);
    // Both can underflow to 0 for tiny shapes: the beta law then sits on its two ends.
    return x + y > 0 ? x / (x + y) : Number(this.uniform() < a / (a + b));
  }

  poisson(mean: number): number {
    if (!(mean >= 0 && mean <= 0x80000000)) {
      throw new RangeError(`poisson needs a mean in 0 ... 2^31, not ${mean}.`);
    }
    return mean < 10 ? poissonByProducts(this, mean) : poissonByRejection(this, mean);
  }

  geometric(p: number): number {
    if (!(p > 0 && p <= 1)) throw new RangeError(`geometric needs a p in (0, 1], not ${p}.`);
    return p === 1 ? 0 : Math.floor(Math.log(1 - this.uniform()) / Math.log1p(-p));
  }

  fork(name: string | number): Random {
    // The tag keeps fork(1) and fork("1") apart.
    const words = [typeof name === "number" ? 1 : 2];
    if (typeof name === "number") {
      if (!Number.isSafeInteger(name)) {
        throw new RangeError(`A stream's number must be an integer below 2^53, not ${name}.`);
      }
      words.push(name | 0, Math.floor(name / 2 ** 32) | 0);
    } else {
      for (let i = 0; i < name.length; i++) words.push(name.charCodeAt(i));
    }
    return new Stream(absorb(this.key, words));
  }
}

/** Mixes words into a key: the body and the finish of MurmurHash3 x86_128 (Appleby, public domain), one word a round. */
function absorb(key: Key, words: readonly number[]): Key {
  let [a, b, c, d] = key;
  for (const word of words) {
    let k = Math.imul(word, 0x239b961b);
    k = Math.imul((k << 15) | (k >>> 17), 0xab0e9789);
    a = (Math.imul(((a ^ k) << 19) | ((a ^ k) >>> 13), 5) + b + 0x561ccd1b) | 0;
    b = (Math.imul((b << 17) | (b >>> 15), 5) + c + 0x0bcaa747) | 0;
    c = (Math.imul((c << 15) | (c >>> 17), 5) + d + 0x96cd1c35) | 0;
    d = (Math.imul((d << 13) | (d >>> 19), 5) + a + 0x32ac3b17) | 0;
  }
  a ^= words.length;
  for (let round = 0; round < 2; round++) {
    a = (a + b + c + d) | 0;
    b = finish((b + a) | 0);
    c = finish((c + b) | 0);
    d = finish((d + c) | 0);
    a = finish((a + d) | 0);
  }
  return [a, b, c, d];
}

function finish(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function poissonByProducts(stream: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = stream.uniform(); product > limit; product *= stream.uniform()) count++;
  return count;
}

/** Algorithm PTRS of Hoermann 1993, "The transformed rejection method for generating Poisson random variables". */
function poissonByRejection(stream: Random, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = stream.uniform() - 0.5;
    const v = 1 - stream.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const accept = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    if (accept <= k * logMean - mean - logFactorial(k)) return k;
  }
}

/** ln(k!), by Stirling's series with an error below 1e-10 from k = 9 on, by products below. */
function logFactorial(k: number): number {
  if (k < 9) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const inverse = 1 / x;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + series;
}
