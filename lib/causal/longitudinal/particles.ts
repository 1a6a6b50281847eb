/** Simulated units, growing period by period: the state of a g-formula. */
import type { Longitudinal } from "./longitudinalData";

/** A panel that is being filled, with the unit each row stands for and how much it counts. */
export interface Particles extends Longitudinal {
  readonly varying: Readonly<Record<string, Float64Array>>;
  readonly treatment: Float64Array;
  /** Unit of the data behind each particle. */
  readonly source: Int32Array;
  readonly weight: Float64Array;
}

/** Copies of units as they are before the first treatment; covariates of later periods are to come. */
export function startParticles(
  data: Longitudinal,
  source: Int32Array,
  weight: Float64Array,
): Particles {
  const { periods } = data;
  const units = source.length;
  const varying: Record<string, Float64Array> = {};
  for (const [name, column] of Object.entries(data.varying)) {
    const own = new Float64Array(units * periods);
    for (let i = 0; i < units; i++) own[i * periods] = column[source[i] * periods];
    varying[name] = own;
  }
  return {
    units,
    periods,
    baseline: Object.fromEntries(
      Object.entries(data.baseline).map(([name, column]) => [
        name,
        Float64Array.from(source, (u) => column[u]),
      ]),
    ),
    varying,
    treatment: new Float64Array(units * periods),
    outcome: new Float64Array(units),
    ...(data.treatableWhen === undefined ? {} : { treatableWhen: data.treatableWhen }),
    source,
    weight,
  };
}

/** Particles at these places with these weights. */
export function takeParticles(
  from: Particles,
  places: Int32Array,
  weight: Float64Array,
): Particles {
  const { periods } = from;
  const rows = (column: Float64Array) => {
    const own = new Float64Array(places.length * periods);
    for (let i = 0; i < places.length; i++) {
      own.set(column.subarray(places[i] * periods, (places[i] + 1) * periods), i * periods);
    }
    return own;
  };
  return {
    ...from,
    units: places.length,
    baseline: Object.fromEntries(
      Object.entries(from.baseline).map(([name, column]) => [
        name,
        Float64Array.from(places, (i) => column[i]),
      ]),
    ),
    varying: Object.fromEntries(
      Object.entries(from.varying).map(([name, column]) => [name, rows(column)]),
    ),
    treatment: rows(from.treatment),
    outcome: new Float64Array(places.length),
    source: Int32Array.from(places, (i) => from.source[i]),
    weight,
  };
}

/** Every particle becomes two, with value 1 and 0 of a column at period t, sharing its weight; those of weight 0 go. */
export function splitParticles(
  from: Particles,
  t: number,
  p: Float64Array,
  columnOf: (particles: Particles) => Float64Array,
): Particles {
  const [places, weights, values]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < from.units; i++) {
    for (const value of [1, 0]) {
      const weight = from.weight[i] * (value === 1 ? p[i] : 1 - p[i]);
      if (weight === 0) continue;
      places.push(i);
      weights.push(weight);
      values.push(value);
    }
  }
  const split = takeParticles(from, Int32Array.from(places), Float64Array.from(weights));
  const column = columnOf(split);
  for (let i = 0; i < values.length; i++) column[i * from.periods + t] = values[i];
  return split;
}
