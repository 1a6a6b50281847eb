import assert from "node:assert/strict";
import { test } from "node:test";
import { type KuaiRecScale, kuaiRecSize } from "../../../lib/loaders/synthetic/kuaiRecSize";

test("named scales have the counts that they promise", () => {
  assert.deepEqual(kuaiRecSize("full"), {
    users: 7_176,
    smallUsers: 1_411,
    smallVideos: 3_327,
    bigUsers: 7_176,
    bigRows: 12_530_806,
    videos: 10_728,
    days: 63,
  });
  const embedded = kuaiRecSize("embedded");
  assert.equal(embedded.smallUsers, 400);
  assert.equal(embedded.smallVideos, 3_327);
  assert.equal(embedded.users, 7_176);
  assert.equal(kuaiRecSize("tiny").smallUsers, 12);
});

test("counts that are left out follow from the others", () => {
  const size = kuaiRecSize({ smallUsers: 91, days: 42 });
  assert.equal(size.smallVideos, 2_218);
  assert.equal(size.bigUsers, 91);
  assert.equal(size.bigRows, 91 * 1_164);
});

test("what cannot be had is refused with the numbers", () => {
  const refuse = (scale: unknown, message: RegExp) =>
    assert.throws(() => kuaiRecSize(scale as KuaiRecScale), message);
  refuse("huge", /"tiny", "embedded", "full" or counts, not huge/);
  refuse({ smallUsers: 2 }, /at least 4 smallUsers/);
  refuse({ smallUsers: 4.5 }, /smallUsers must be a whole number above 0, not 4.5/);
  refuse({ smallUsers: 50, bigUsers: 20 }, /at least as many bigUsers/);
  refuse({ smallUsers: 50, days: 10 }, /21 to 120 days, not 10/);
  refuse({ smallUsers: 50, smallVideos: 1_000 }, /give 2520 to 4410/);
  refuse({ smallUsers: 50, bigRows: 10 }, /10 bigRows do not go with 50 bigUsers/);
  refuse({ smallUsers: 50, videos: 3_400 }, /3400 videos/);
});
