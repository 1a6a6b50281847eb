/** The inner loops of tree growing in WebAssembly: a node's rows, their sums in bins, differences of sums, parting of rows. */
import {
  type Code,
  f64,
  get,
  i32,
  i64,
  leave,
  repeat,
  set,
  v128,
  type WasmMemory,
  wasmModule,
  when,
} from "./wasmModule";

/**
 * Bytes of a row's summand and of a bin's sum, which are of one kind: a 64-bit integer, the gradient in some unit; and
 * another, the hessian in some unit, to which each row adds 2^{@link COUNT_BIT}.
 */
export const ENTRY_BYTES = 16;
const ENTRY_SHIFT = 4;
/** Sums of hessians stay below 2^40, and above them the rows are counted. */
export const COUNT_BIT = 40;

/** Addresses are in bytes. Rows are 32-bit indices, bins single bytes. */
export interface HistogramKernel {
  /**
   * Summands from `summands` up to `end` out of gradients and hessians, which are doubles; each is first multiplied by the
   * double at its scale, then rounded.
   */
  round(
    summands: number,
    end: number,
    gradients: number,
    gradientScale: number,
    hessians: number,
    hessianScale: number,
  ): void;
  /** The summands of the rows from `rows` up to `end`, one after the other. */
  gather(rows: number, end: number, summands: number, gathered: number): void;
  /**
   * For the rows from `rows` up to `end`: adds the row's summand to its bin in the histograms of two columns. Two at a time,
   * because rows and summands are then read half as often, and the two histograms still lie in the nearest cache.
   */
  accumulate(
    rows: number,
    end: number,
    gathered: number,
    bins: number,
    histogram: number,
    otherBins: number,
    otherHistogram: number,
  ): void;
  /** Takes the entries at `other` from those at `histogram`, up to `end`. */
  subtract(histogram: number, end: number, other: number): void;
  /**
   * Tries a split after every bin from `histogram` up to `end` that has rows, and writes the best one down where its score is
   * above the one that is written down already. Both sides need `minLeaf` of the `rows` and the least hessian. The score,
   * all in units, is G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2).
   * @param missing  the entry that goes left in any case
   * @param search  place of a {@link SEARCH}
   */
  search(
    histogram: number,
    end: number,
    missing: number,
    rows: number,
    minLeaf: number,
    search: number,
  ): void;
  /**
   * Rows from `rows` up to `end` whose bin is marked 4 in `marks` move to the front in their order; the others, marked 0, go
   * in their order to `others`. @returns the address after the last row in front
   */
  part(rows: number, end: number, bins: number, marks: number, others: number): number;
}

/** Bytes from the start of a search to its numbers. Doubles: those of the node, then the best score. */
export const SEARCH = {
  gradient: 0,
  hessian: 8,
  l2: 16,
  leastHessian: 24,
  score: 32,
  /** Entry of sums on the left of the best split. */
  left: 40,
  /** 32-bit addresses of the best split's last bin on the left, 0 for none, and of its entry that goes left in any case. */
  bin: 56,
  missing: 60,
  bytes: 64,
} as const;

const next = (at: Local, bytes: number) => at.set(i32.add(at.value, i32.constant(bytes)));

function round() {
  const [summands, end, gradients, gradientScale, hessians, hessianScale] = locals(6);
  const rounded = (at: Local, scale: Local) =>
    f64.round(f64.multiply(f64.load(at.value), f64.load(scale.value)));
  const body = [
    i64.store(summands!.value, rounded(gradients!, gradientScale!)),
    i64.store(
      i32.add(summands!.value, i32.constant(8)),
      i64.add(rounded(hessians!, hessianScale!), i64.power(COUNT_BIT)),
    ),
    next(gradients!, 8),
    next(hessians!, 8),
    next(summands!, ENTRY_BYTES),
  ];
  return {
    parameters: 6,
    locals: [],
    body: [repeat(body, i32.less(summands!.value, end!.value))],
  };
}

const entryOf = (start: Local, index: Code) =>
  i32.add(start.value, i32.shiftLeft(index, ENTRY_SHIFT));

function gather() {
  const [rows, end, summands, gathered] = locals(4);
  const body = [
    v128.store(gathered!.value, v128.load(entryOf(summands!, i32.load(rows!.value)))),
    next(gathered!, ENTRY_BYTES),
    next(rows!, 4),
  ];
  return {
    parameters: 4,
    locals: [],
    body: [repeat(body, i32.less(rows!.value, end!.value))],
  };
}

function accumulate() {
  const [rows, end, gathered, bins, histogram, otherBins, otherHistogram] = locals(7);
  const [row, at, summand] = locals(3, 7);
  const binOf = (column: Local) => i32.loadByte(i32.add(column.value, row!.value));
  const addTo = (column: Local, start: Local): Code[] => [
    at!.set(entryOf(start, binOf(column))),
    v128.store(at!.value, v128.addI64(v128.load(at!.value), summand!.value)),
  ];
  const body = [
    row!.set(i32.load(rows!.value)),
    summand!.set(v128.load(gathered!.value)),
    ...addTo(bins!, histogram!),
    ...addTo(otherBins!, otherHistogram!),
    next(gathered!, ENTRY_BYTES),
    next(rows!, 4),
  ];
  return {
    parameters: 7,
    locals: ["i32", "i32", "v128"] as const,
    body: [repeat(body, i32.less(rows!.value, end!.value))],
  };
}

function subtract() {
  const [histogram, end, other] = locals(3);
  const body = [
    v128.store(
      histogram!.value,
      v128.subtractI64(v128.load(histogram!.value), v128.load(other!.value)),
    ),
    next(histogram!, ENTRY_BYTES),
    next(other!, ENTRY_BYTES),
  ];
  return {
    parameters: 3,
    locals: [],
    body: [repeat(body, i32.less(histogram!.value, end!.value))],
  };
}

function search() {
  const [histogram, end, missing, rows, minLeaf, at] = locals(6);
  const [sum, packed] = locals(2, 6);
  const [count] = locals(1, 8);
  const [g, h, otherG, otherH, score] = locals(5, 9);
  const place = (name: keyof typeof SEARCH) => i32.add(at!.value, i32.constant(SEARCH[name]));
  const number = (name: keyof typeof SEARCH) => f64.load(place(name));
  const high = (entry: Local) => i32.add(entry.value, i32.constant(8));
  const square = (of: Local) => f64.multiply(of.value, of.value);
  const compare = [
    g!.set(f64.ofInteger(sum!.value)),
    otherG!.set(f64.subtract(number("gradient"), g!.value)),
    otherH!.set(f64.add(otherH!.value, number("l2"))),
    h!.set(f64.add(h!.value, number("l2"))),
    // Both scores over one denominator, because a division takes as long as all the rest.
    score!.set(
      f64.divide(
        f64.add(f64.multiply(square(g!), otherH!.value), f64.multiply(square(otherG!), h!.value)),
        f64.multiply(h!.value, otherH!.value),
      ),
    ),
    when(f64.greater(score!.value, number("score")), [
      f64.store(place("score"), score!.value),
      i64.store(place("left"), sum!.value),
      i64.store(i32.add(place("left"), i32.constant(8)), packed!.value),
      i32.store(place("bin"), histogram!.value),
      i32.store(place("missing"), missing!.value),
    ]),
  ];
  const look = [
    sum!.set(i64.add(sum!.value, i64.load(histogram!.value))),
    packed!.set(i64.add(packed!.value, i64.load(high(histogram!)))),
    count!.set(i64.above(packed!.value, COUNT_BIT)),
    when(i32.less(i32.subtract(rows!.value, count!.value), minLeaf!.value), [leave]),
    when(i32.atLeast(count!.value, minLeaf!.value), [
      h!.set(f64.ofInteger(i64.below(packed!.value, COUNT_BIT))),
      otherH!.set(f64.subtract(number("hessian"), h!.value)),
      when(f64.atLeast(h!.value, number("leastHessian")), [
        when(f64.atLeast(otherH!.value, number("leastHessian")), compare),
      ]),
    ]),
  ];
  const body = [
    when(i64.isNotZero(i64.load(high(histogram!))), look),
    next(histogram!, ENTRY_BYTES),
  ];
  return {
    parameters: 6,
    locals: ["i64", "i64", "i32", "f64", "f64", "f64", "f64", "f64"] as const,
    body: [
      sum!.set(i64.load(missing!.value)),
      packed!.set(i64.load(high(missing!))),
      repeat(body, i32.less(histogram!.value, end!.value)),
    ],
  };
}

/** Without branches: every row is written to both places, and the mark says which of the two moves on. */
function part() {
  const [rows, end, bins, marks, others] = locals(5);
  const [row, front, mark] = locals(3, 5);
  const binOfRow = i32.loadByte(i32.add(bins!.value, row!.value));
  const body = [
    row!.set(i32.load(rows!.value)),
    mark!.set(i32.loadByte(i32.add(marks!.value, binOfRow))),
    i32.store(front!.value, row!.value),
    i32.store(others!.value, row!.value),
    front!.set(i32.add(front!.value, mark!.value)),
    others!.set(i32.subtract(i32.add(others!.value, i32.constant(4)), mark!.value)),
    next(rows!, 4),
  ];
  return {
    parameters: 5,
    locals: ["i32", "i32", "i32"] as const,
    body: [front!.set(rows!.value), repeat(body, i32.less(rows!.value, end!.value)), front!.value],
    returns: true,
  };
}

interface Local {
  readonly value: Code;
  set(value: Code): Code;
}

/** So many parameters or locals from a number on. */
function locals(count: number, from = 0): Local[] {
  return Array.from({ length: count }, (_, k) => ({
    value: get(from + k),
    set: (value: Code) => set(from + k, value),
  }));
}

let compiled: ReturnType<typeof compile> | undefined;

function compile() {
  return wasmModule({
    round: round(),
    gather: gather(),
    accumulate: accumulate(),
    subtract: subtract(),
    search: search(),
    part: part(),
  });
}

/** The loops, working in this memory. No range of rows or entries may be empty. */
export function histogramKernel(memory: WasmMemory): HistogramKernel {
  compiled ??= compile();
  return compiled.link(memory) as unknown as HistogramKernel;
}
