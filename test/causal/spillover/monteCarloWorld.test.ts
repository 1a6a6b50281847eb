import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { promotionLift } from "../../../lib/causal/spillover";
import { monteCarloWorld } from "../../../lib/causal/spillover/monteCarloWorld";
import { assertClose, mean, simulatedSlates, sum } from "./fixture";

describe("what does not change between replications", () => {
  const slates = simulatedSlates(14, 45);
  const world = monteCarloWorld(slates, 6);

  test("effects of exposures are means over items of what each promotable item does", () => {
    const { cluster } = slates.items;
    const own: number[] = [];
    const ofRivals = new Map<number, number[]>();
    for (let j = 0; j < slates.count; j++) {
      for (let f = slates.starts[j]! + 4; f < slates.starts[j + 1]!; f++) {
        const focal = Int32Array.from(slates.starts.subarray(0, slates.count));
        focal[j] = f;
        const lift = promotionLift({ slates, focal }, world.model);
        own.push(lift[f]!);
        for (let i = slates.starts[j]!; i < slates.starts[j + 1]!; i++) {
          if (i === f || cluster[i] !== cluster[f]) continue;
          ofRivals.set(i, [...(ofRivals.get(i) ?? []), lift[i]!]);
        }
      }
    }
    assertClose(world.directEffect, mean(own), 1e-12);
    assertClose(world.rivalEffect, mean([...ofRivals.values()].map(mean)), 1e-12);
  });

  test("probabilities are those of the course's design", () => {
    assert.equal(world.exposures.method, "exact");
    const direct = world.exposures.marginal("direct_promoted");
    assertClose(sum(direct), slates.count / 2, 1e-9);
    for (const value of world.coin.probabilities.marginal("promoted")) assert.equal(value, 0.5);
    assert.deepEqual(world.without, world.model.probabilities(new Uint8Array(slates.rows)));
    assert.equal(world.genres.name, "same cluster");
    assert.equal(world.positions.name, "positions at most 2 apart");
  });
});
