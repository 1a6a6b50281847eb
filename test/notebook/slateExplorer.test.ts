import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Slates, slateScenarios, slatesFromRows } from "../../lib/causal/spillover";
import { type Figure, slateExplorer } from "../../lib/notebook";
import { PALETTE } from "../../lib/notebook/theme";

type Record_ = Record<string, unknown>;

const slates: Slates = slatesFromRows({
  slateId: ["a", "a", "a"],
  cluster: ["Drama", "Action", "Drama"],
  relevance: [5, 4, 3],
  title: ["First", "A title that is far too long for the room it has", "Third"],
});
const rows = slateScenarios(slates, "a");
const figure = slateExplorer(rows, { title: "One slate" });
const traces = (of: Figure = figure) => of.data as readonly Record_[];
const annotations = (of: Figure = figure) => of.layout.annotations as Record_[];
const slider = (of: Figure = figure) => (of.layout.sliders as Record_[])[0]!;
const steps = (of: Figure = figure) => slider(of).steps as { label: string; args: Record_[] }[];
/** Before: two traces. A scenario: markers and bars of four groups, and the changes. */
const [BASELINE, SCENARIO] = [2, 9];

describe("the slate explorer", () => {
  it("has the traces of every scenario, and shows those of the first", () => {
    assert.equal(traces().length, BASELINE + 4 * SCENARIO);
    traces().forEach((trace, t) => {
      const scenario = Math.floor((t - BASELINE) / SCENARIO);
      assert.equal(trace.visible ?? true, t < BASELINE || scenario === 0, `trace ${t}`);
      assert.deepEqual(trace.y, traces()[0]!.y);
    });
    assert.deepEqual(traces()[0]!.y, [
      "1  First [Drama]",
      "2  A title that is far too long… [Action]",
      "3  Third [Drama]",
    ]);
  });

  it("has a step for nobody and for each item, which shows its own traces alone", () => {
    assert.deepEqual(
      steps().map(({ label }) => label),
      ["nobody", "1", "2", "3"],
    );
    steps().forEach(({ args }, s) => {
      const visible = args[0]!.visible as boolean[];
      assert.deepEqual(
        visible,
        traces().map(
          (_, t) =>
            t < BASELINE || (t >= BASELINE + s * SCENARIO && t < BASELINE + (s + 1) * SCENARIO),
        ),
      );
    });
    assert.equal(slider().active, 0);
  });

  it("starts where it is told to", () => {
    const second = slateExplorer(rows, { title: "One slate", start: 2 });
    assert.equal(slider(second).active, 2);
    traces(second).forEach((trace, t) => {
      const scenario = Math.floor((t - BASELINE) / SCENARIO);
      assert.equal(trace.visible ?? true, t < BASELINE || scenario === 2);
    });
    assert.equal(annotations(second)[2]!.text, steps(second)[2]!.args[1]!["annotations[2].text"]);
    assert.throws(
      () => slateExplorer(rows, { title: "One slate", start: 4 }),
      /There is no scenario 4\. There are 0, 1, 2, 3\./,
    );
  });

  it("states the clicks of the slate before and after", () => {
    const sum = (scenario: number, name: string) =>
      rows
        .filter((row) => row.promoted_position === scenario)
        .reduce((total, row) => total + (row[name] as number), 0);
    const text = (s: number) => String(steps()[s]!.args[1]!["annotations[2].text"]);
    const before = sum(0, "click_before");
    assert.equal(annotations()[2]!.text, text(0));
    assert.equal(
      text(0),
      `Clicks expected in the slate: ${before.toFixed(2)} before, <b>${before.toFixed(2)}</b> after (no change)`,
    );
    const after = sum(3, "click_after");
    const change = after - before;
    assert.ok(change < -5e-4);
    assert.equal(
      text(3),
      `Clicks expected in the slate: ${before.toFixed(2)} before, <b>${after.toFixed(2)}</b> after (−${Math.abs(change).toFixed(3)})`,
    );
  });

  it("draws each item once in the colour of its exposure, with its change beside it", () => {
    const third = traces().slice(BASELINE + 3 * SCENARIO);
    const bars = third.filter(({ type }) => type === "bar");
    assert.deepEqual(
      bars.map(({ name }) => name),
      ["promoted", "same cluster", "other item", "unchanged"],
    );
    const own = rows.filter((row) => row.promoted_position === 3);
    const at = (name: string) => bars.find((bar) => bar.name === name)!.x as (number | null)[];
    const close = (value: number | null, row: number) =>
      assert.ok(Math.abs(value! - (own[row]!.click_after as number)) < 1e-6);
    assert.deepEqual([at("promoted")[0], at("promoted")[1]], [null, null]);
    close(at("promoted")[2]!, 2);
    close(at("same cluster")[0]!, 0);
    close(at("other item")[1]!, 1);
    assert.deepEqual(at("unchanged"), [null, null, null]);
    assert.equal((bars[0]!.marker as Record_).color, PALETTE.orange);
    const changes = third.at(-1)!.text as string[];
    own.forEach((row, i) => {
      const change = (row.click_after as number) - (row.click_before as number);
      assert.equal(changes[i], `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(3)}`);
    });
    assert.deepEqual(traces()[BASELINE + SCENARIO - 1]!.text, ["", "", ""]);
  });

  it("has one legend entry a group that the scenario shows", () => {
    const named = traces().filter(({ showlegend }) => showlegend !== false);
    assert.equal(named.length, 1 + 4 * 4);
  });

  it("needs rows, and exposure groups that it has a colour for", () => {
    assert.throws(() => slateExplorer([], { title: "Nothing" }), /No rows to draw/);
    const odd = rows.map((row) => ({ ...row, exposure_group: "focal_control" }));
    assert.throws(
      () => slateExplorer(odd, { title: "Odd" }),
      /no colour for the exposure group focal_control/,
    );
  });
});
