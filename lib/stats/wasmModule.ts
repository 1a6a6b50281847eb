/**
 * WebAssembly written as expressions: for the few inner loops that typed arrays run several times slower, because they have
 * neither 64-bit integers nor vectors of them. No more of the instruction set than those loops use.
 */

/** Instructions that leave a value, or none, on the stack; encoded. */
export type Code = readonly number[];

export type ValueType = "i32" | "i64" | "f64" | "v128";

export interface WasmFunction {
  /** 32-bit integers, numbered 0 ... */
  readonly parameters: number;
  /** Numbered after the parameters. */
  readonly locals: readonly ValueType[];
  readonly body: readonly Code[];
  /** Whether the last instruction leaves an integer that is returned. Default false. */
  readonly returns?: boolean;
}

/** What this file needs to know of `WebAssembly`, for which the compiler's libraries here have no types. */
interface Engine {
  Memory: new (size: { initial: number }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: { lab: { memory: WasmMemory } },
  ) => { exports: Record<string, (...parameters: number[]) => number> };
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

const engine = () => (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

/** Bytes of one page of memory. */
const PAGE = 65_536;
/** Most pages: addresses have 32 bits. */
const MOST_PAGES = 65_536;

/** Memories up to so many bytes are kept for the next work. */
const KEPT_BYTES = 2 ** 26;
let kept: WasmMemory | undefined;

/**
 * Does some work in a memory of at least so many bytes, whose content is anything. It is the last one again where that is
 * large enough and not in use: many small pieces of work would otherwise leave many memories behind.
 * @throws RangeError above 4 GiB
 */
export function inWasmMemory<T>(bytes: number, work: (memory: WasmMemory) => T): T {
  const initial = Math.ceil(bytes / PAGE);
  if (initial > MOST_PAGES) {
    throw new RangeError(`${(bytes / 2 ** 30).toFixed(1)} GiB are asked for; 4 GiB can be had.`);
  }
  const memory =
    kept && kept.buffer.byteLength >= bytes ? kept : new (engine().Memory)({ initial });
  kept = undefined;
  try {
    return work(memory);
  } finally {
    if (memory.buffer.byteLength <= KEPT_BYTES) kept = memory;
  }
}

/** Functions by name, compiled; `link` gives them a memory to work in. */
export function wasmModule<Name extends string>(
  functions: Readonly<Record<Name, WasmFunction>>,
): { link(memory: WasmMemory): Record<Name, (...parameters: number[]) => number> } {
  const names = Object.keys(functions) as Name[];
  const list = names.map((name) => functions[name]);
  const types = list.map(({ parameters, returns }) => [
    FUNCTION_TYPE,
    ...vector(new Array(parameters).fill([TYPES.i32])),
    ...vector(returns ? [[TYPES.i32]] : []),
  ]);
  const imported = [...text("lab"), ...text("memory"), 2, 0, 1];
  const exported = names.map((name, k) => [...text(name), 0, ...unsigned(k)]);
  const bodies = list.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, TYPES[type]])), ...body.flat(), END];
    return [...unsigned(code.length), ...code];
  });
  const module = new (engine().Module)(
    Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, vector(types)),
      ...section(2, vector([imported])),
      ...section(3, vector(list.map((_, k) => unsigned(k)))),
      ...section(7, vector(exported)),
      ...section(10, vector(bodies)),
    ]),
  );
  return {
    link: (memory) => {
      const { exports } = new (engine().Instance)(module, { lab: { memory } });
      return exports as Record<Name, (...parameters: number[]) => number>;
    },
  };
}

const FUNCTION_TYPE = 0x60;
const END = 0x0b;
const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b };

/** A parameter or local by number. */
export function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

export function set(local: number, value: Code): Code {
  return [...value, 0x21, ...unsigned(local)];
}

/** Repeats the instructions, at least once, while the condition is not 0. */
export function repeat(body: readonly Code[], condition: Code): Code {
  return [0x03, 0x40, ...body.flat(), ...condition, 0x0d, 0, END];
}

/** Runs the instructions where the condition is not 0. */
export function when(condition: Code, body: readonly Code[]): Code {
  return [...condition, 0x04, 0x40, ...body.flat(), END];
}

/** Ends the function, one that returns nothing. */
export const leave: Code = [0x0f];

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  subtract: (a: Code, b: Code): Code => [...a, ...b, 0x6b],
  shiftLeft: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), 0x74],
  /** a < b without sign: 1 or 0. */
  less: (a: Code, b: Code): Code => [...a, ...b, 0x49],
  /** a >= b without sign: 1 or 0. */
  atLeast: (a: Code, b: Code): Code => [...a, ...b, 0x4f],
  loadByte: (address: Code): Code => [...address, 0x2d, 0, 0],
  load: (address: Code): Code => [...address, 0x28, 2, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, 0x36, 2, 0],
};

export const f64 = {
  load: (address: Code): Code => [...address, 0x2b, 3, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, 0x39, 3, 0],
  add: (a: Code, b: Code): Code => [...a, ...b, 0xa0],
  subtract: (a: Code, b: Code): Code => [...a, ...b, 0xa1],
  divide: (a: Code, b: Code): Code => [...a, ...b, 0xa3],
  /** a > b: 1 or 0. */
  greater: (a: Code, b: Code): Code => [...a, ...b, 0x64],
  atLeast: (a: Code, b: Code): Code => [...a, ...b, 0x66],
  /** The nearest double of a 64-bit integer. */
  ofInteger: (value: Code): Code => [...value, 0xb9],
  multiply: (a: Code, b: Code): Code => [...a, ...b, 0xa2],
  /** To the nearest whole number, an integer of 64 bits. */
  round: (value: Code): Code => [...value, 0x9e, 0xfc, 6],
};

export const i64 = {
  /** 2^bits. */
  power: (bits: number): Code => [...i64.constant(1), ...i64.constant(bits), 0x86],
  constant: (value: number): Code => [0x42, ...signed(value)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x7c],
  /** What is left of 2^bits multiples. */
  below: (value: Code, bits: number): Code => [
    ...value,
    ...i64.constant(1),
    ...i64.constant(bits),
    0x86,
    ...i64.constant(1),
    0x7d,
    0x83,
  ],
  /** value / 2^bits as a 32-bit integer, without sign. */
  above: (value: Code, bits: number): Code => [...value, ...i64.constant(bits), 0x88, 0xa7],
  isNotZero: (value: Code): Code => [...value, ...i64.constant(0), 0x52],
  load: (address: Code): Code => [...address, 0x29, 3, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, 0x37, 3, 0],
};

export const v128 = {
  load: (address: Code): Code => [...address, 0xfd, 0x00, 4, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, 0xfd, 0x0b, 4, 0],
  /** Two sums of 64-bit integers. */
  addI64: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xce, 0x01],
  subtractI64: (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xd1, 0x01],
};

function section(number: number, content: Code): Code {
  return [number, ...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return vector([...value].map((letter) => [letter.charCodeAt(0)]));
}

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>>= 7;
  } while (left > 0);
  return bytes;
}

function signed(value: number): Code {
  const bytes: number[] = [];
  let left = value | 0;
  for (;;) {
    const byte = left & 0x7f;
    left >>= 7;
    const done = (left === 0 && (byte & 0x40) === 0) || (left === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}
