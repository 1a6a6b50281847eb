import assert from "node:assert/strict";
import { test } from "node:test";
import { PROCESS } from "../../../lib/loaders/synthetic/kuaiRecParameters";
import {
  atStart,
  type Day,
  drawNoise,
  emptyDay,
  liveDay,
  NATURAL,
  type Person,
} from "../../../lib/loaders/synthetic/kuaiRecProcess";
import { random } from "../../../lib/stats";

const DAYS = 63;
const person: Person = {
  segment: 0,
  appetite: 0.1,
  taste: 0.2,
  loyalty: 5.5,
  from: 0,
  to: DAYS,
  catalogue: 3_310,
};

function live(
  who: Person,
  noiseSeed: number,
  intense: (t: number) => number = () => NATURAL,
  highWatch: (t: number) => number = () => NATURAL,
): Day[] {
  const noise = drawNoise(DAYS, random(noiseSeed));
  const standing = atStart(who);
  return Array.from({ length: DAYS }, (_, t) => {
    const day = emptyDay();
    liveDay(who, noise, t, standing, day, intense(t), highWatch(t));
    return day;
  });
}

test("ordinary days have at most 69 interactions, intense days at least 70, unless few videos are left", () => {
  for (let seed = 0; seed < 40; seed++) {
    let left = person.catalogue;
    for (const day of live(person, seed)) {
      const most = Math.ceil(left * PROCESS.interactions.mostOfLeft);
      if (day.active === 1) {
        assert.ok(day.interactions >= 1 && day.interactions <= most);
        if (day.intense === 0) assert.ok(day.interactions <= 69);
        else assert.ok(day.interactions >= Math.min(70, most));
      } else assert.equal(day.interactions, 0);
      left -= day.interactions;
    }
    assert.ok(left >= 0);
  }
});

test("a high-watch day reaches the threshold's share, another does not", () => {
  for (let seed = 0; seed < 40; seed++) {
    for (const day of live(person, seed)) {
      if (day.active === 0) continue;
      const reaches = day.highWatchCount / day.interactions >= PROCESS.share.threshold;
      assert.equal(reaches, day.highWatch === 1);
      assert.ok(day.highWatchCount <= day.interactions);
    }
  }
});

test("setting a treatment to what nature chose changes nothing", () => {
  for (let seed = 0; seed < 10; seed++) {
    const natural = live(person, seed);
    const set = live(
      person,
      seed,
      (t) => natural[t].intense,
      (t) => natural[t].highWatch,
    );
    for (let t = 0; t < DAYS; t++) {
      assert.equal(set[t].interactions, natural[t].interactions);
      assert.equal(set[t].highWatchCount, natural[t].highWatchCount);
      assert.equal(set[t].active, natural[t].active);
    }
  }
});

test("a treatment set on day 20 leaves the days before alone and moves aftermath by its coefficient", () => {
  const at = 20;
  const set = (value: number) => (t: number) => (t === at ? value : NATURAL);
  for (let seed = 0; seed < 20; seed++) {
    const one = live(person, seed, set(1));
    const none = live(person, seed, set(0));
    assert.deepEqual(one.slice(0, at), none.slice(0, at));
    if (one[at].active === 0) {
      assert.deepEqual(one, none, "a day without activity has no treatment");
      continue;
    }
    const moved = one[at + 1].aftermath - none[at + 1].aftermath;
    assert.ok(Math.abs(moved - PROCESS.state.afterIntense[0]) < 1e-12);
    assert.equal(one[at + 1].interest, none[at + 1].interest);
  }
});

test("propensities stay within their bounds", () => {
  const bounds = (logOdds: readonly number[]) => logOdds.map((x) => 1 / (1 + Math.exp(-x)));
  const [lowest, highest] = bounds(PROCESS.intensity.bounds);
  const [lowestWatch, highestWatch] = bounds(PROCESS.highWatch.bounds);
  for (let seed = 0; seed < 40; seed++) {
    for (const day of live(person, seed)) {
      assert.ok(day.propensityIntense >= lowest && day.propensityIntense <= highest);
      assert.ok(day.propensityHighWatch >= lowestWatch && day.propensityHighWatch <= highestWatch);
    }
  }
});

test("a user who comes late or leaves early is not active outside the stay", () => {
  const guest = { ...person, from: 10, to: 40, catalogue: 1_570 };
  const days = live(guest, 1);
  assert.ok(days.slice(0, 10).every((day) => day.active === 0));
  assert.ok(days.slice(40).every((day) => day.active === 0));
  assert.ok(days.slice(10, 40).some((day) => day.active === 1));
});
