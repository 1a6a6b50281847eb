import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  EXPOSURE_GROUPS,
  type Exposure,
  exposureOf,
  neighbouringPositions,
} from "../../../lib/causal/spillover";
import { onRows, simulatedSlates, slatesOf, sum } from "./fixture";

const groups = ({ group }: Exposure) => Array.from(group, (g) => EXPOSURE_GROUPS[g]);

describe("exposureOf", () => {
  test("one promoted item: the flags of the course", () => {
    // Slate a promotes its third item, of cluster D; slate b promotes nothing, its second item could have been.
    const slates = slatesOf({ a: "DADDA", b: "DD" });
    const exposure = exposureOf(slates, onRows(slates, 2), { eligible: onRows(slates, 2, 6) });
    assert.deepEqual([...exposure.finalPosition], [2, 3, 1, 4, 5, 1, 2]);
    assert.deepEqual([...exposure.direct], [0, 0, 1, 0, 0, 0, 0]);
    assert.deepEqual([...exposure.sameSlate], [1, 1, 0, 1, 1, 0, 0]);
    assert.deepEqual([...exposure.sameCluster], [1, 0, 0, 1, 0, 0, 0]);
    assert.deepEqual([...exposure.displaced], [1, 1, 0, 0, 0, 0, 0]);
    assert.deepEqual(groups(exposure), [
      "same_cluster_spillover",
      "other_slate_spillover",
      "direct_promoted",
      "same_cluster_spillover",
      "other_slate_spillover",
      "unchanged_non_focal",
      "focal_control",
    ]);
  });

  test("several promoted items: doses", () => {
    // Promoted are seed positions 3 (A) and 5 (B).
    const slates = slatesOf({ a: "ABAAB" });
    const exposure = exposureOf(slates, onRows(slates, 2, 4));
    assert.deepEqual([...exposure.finalPosition], [3, 4, 1, 5, 2]);
    assert.deepEqual([...exposure.sameSlate], [2, 2, 0, 2, 0]);
    assert.deepEqual([...exposure.sameCluster], [1, 1, 0, 1, 0]);
    assert.deepEqual([...exposure.displaced], [2, 2, 0, 1, 0]);
  });

  test("competition of another kind changes who is a rival, and nothing else", () => {
    const slates = slatesOf({ a: "DADDA" });
    const promoted = onRows(slates, 2);
    const own = exposureOf(slates, promoted);
    const other = exposureOf(slates, promoted, { competition: neighbouringPositions(slates, 1) });
    assert.deepEqual([...other.sameCluster], [0, 1, 0, 1, 0]);
    assert.deepEqual({ ...other, sameCluster: 0, group: 0 }, { ...own, sameCluster: 0, group: 0 });
  });

  test("nobody and everybody promoted", () => {
    const slates = slatesOf({ a: "DADD", b: "A" });
    const nobody = exposureOf(slates, new Uint8Array(5));
    const everybody = exposureOf(slates, new Uint8Array(5).fill(1));
    for (const { sameSlate, sameCluster, displaced, finalPosition } of [nobody, everybody]) {
      assert.deepEqual([...sameSlate, ...sameCluster, ...displaced], Array(15).fill(0));
      assert.deepEqual([...finalPosition], [1, 2, 3, 4, 1]);
    }
    assert.deepEqual(new Set(groups(nobody)), new Set(["unchanged_non_focal"]));
    assert.deepEqual(new Set(groups(everybody)), new Set(["direct_promoted"]));
  });

  test("all items of one cluster: every other item is a rival", () => {
    const slates = slatesOf({ a: "DDDDD" });
    const exposure = exposureOf(slates, onRows(slates, 4));
    assert.deepEqual([...exposure.sameCluster], [1, 1, 1, 1, 0]);
    assert.deepEqual([...exposure.displaced], [1, 1, 1, 1, 0]);
  });

  test("doses add up: a row moves down by those that passed it, rivals are some of the promoted", () => {
    const slates = simulatedSlates(4, 30);
    const flag = fc.constantFrom(0, 0, 1);
    fc.assert(
      fc.property(fc.array(flag, { minLength: slates.rows, maxLength: slates.rows }), (flags) => {
        const exposure = exposureOf(slates, Uint8Array.from(flags));
        const { sameSlate, sameCluster, displaced, finalPosition } = exposure;
        for (let j = 0; j < slates.count; j++) {
          const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
          const promoted = sum(flags.slice(from, to));
          for (let i = from; i < to; i++) {
            assert.equal(sameSlate[i], flags[i] === 1 ? 0 : promoted);
            assert.ok(sameCluster[i]! <= sameSlate[i]! && displaced[i]! <= sameSlate[i]!);
            if (flags[i] === 0) assert.equal(finalPosition[i], slates.position[i]! + displaced[i]!);
          }
        }
      }),
      { numRuns: 30, seed: 6 },
    );
  });

  test("refuses columns of another length, and more promoted items than a dose can count", () => {
    const slates = slatesOf({ a: "DAD" });
    assert.throws(() => exposureOf(slates, new Uint8Array(4)), /promoted has 4 values for 3 rows/);
    assert.throws(
      () => exposureOf(slates, new Uint8Array(3), { eligible: new Uint8Array(2) }),
      /eligible has 2 values for 3 rows/,
    );
    const large = slatesOf({ a: "D".repeat(260) });
    const promoted = new Uint8Array(260).fill(1, 0, 256);
    assert.throws(() => exposureOf(large, promoted), /Slate a promotes more than 255 items/);
    promoted[0] = 0;
    assert.equal(exposureOf(large, promoted).sameSlate[259], 255);
  });
});
