/** What tests of the notebook layer share: a folder to write to, a cell that remembers, a data source. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { inflateSync } from "node:zlib";
import { type Cell, type MimeBundle, registerHost } from "../../lib/kernel/cell";
import type { DataSource } from "../../lib/loaders/dataSource";
import { pngChunks } from "../../lib/notebook/pngChunks";

export const real: DataSource = {
  dataset: "ml-latest-small",
  synthetic: false,
  archive: "ml-latest-small.zip",
  sha256: "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
};

export const synthetic: DataSource = {
  dataset: "ml-synthetic",
  synthetic: true,
  archive: "ml-synthetic.zip",
  sha256: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
  seed: 7,
};

/** A new folder that is gone after the tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "notebook-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes this process a cell that keeps what it is asked to show. */
export function rememberingCell(signal = new AbortController().signal): MimeBundle[] {
  const shown: MimeBundle[] = [];
  const cell: Cell = { host: "kernel", signal, display: (bundle) => void shown.push(bundle) };
  registerHost(() => cell);
  return shown;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Distinct colours among the pixels. */
  readonly colors: number;
  /** Share of the pixels that are not white. */
  readonly inked: number;
  readonly dotsPerMetre: number;
  readonly texts: Readonly<Record<string, string>>;
}

/** Decodes an 8-bit RGB or RGBA PNG without interlacing (PNG specification, section 9: filters). */
export function decoded(png: Buffer): Picture {
  const chunks = pngChunks(png);
  const find = (type: string) => chunks.find((chunk) => chunk.type === type)!.data;
  const header = find("IHDR");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, color, , , interlace] = header.subarray(8);
  if (depth !== 8 || interlace !== 0) throw new Error("only 8-bit PNG without interlacing");
  const channels = color === 6 ? 4 : color === 2 ? 3 : 0;
  if (channels === 0) throw new Error(`no decoder for colour type ${color}`);
  const bytes = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)),
  );
  const stride = width * channels;
  let above = Buffer.alloc(stride);
  const colors = new Set<number>();
  let inked = 0;
  for (let y = 0; y < height; y++) {
    const filter = bytes[y * (stride + 1)]!;
    const line = Buffer.from(bytes.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? line[i - channels]! : 0;
      const up = above[i]!;
      const corner = i >= channels ? above[i - channels]! : 0;
      line[i] = (line[i]! + predicted(filter, left, up, corner)) & 255;
    }
    for (let x = 0; x < stride; x += channels) {
      const rgb = (line[x]! << 16) | (line[x + 1]! << 8) | line[x + 2]!;
      colors.add(rgb);
      if (rgb !== 0xffffff) inked++;
    }
    above = line;
  }
  const texts = chunks
    .filter(({ type }) => type === "tEXt")
    .map(({ data }) => data.toString("latin1").split("\0") as [string, string]);
  return {
    width,
    height,
    colors: colors.size,
    inked: inked / (width * height),
    dotsPerMetre: find("pHYs").readUInt32BE(0),
    texts: Object.fromEntries(texts),
  };
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
