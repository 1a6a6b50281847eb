import { acquireLock } from "./lock.mjs";
import { say } from "./report.mjs";
import { readState, updateState } from "./state.mjs";

/**
 * What a step gets to work with.
 * @typedef {object} Session
 * @property {import("./place.mjs").Place} place
 * @property {string} root
 * @property {string} log
 * @property {boolean} again   try again what fell back to a second choice
 * @property {(pid: number | undefined) => void} [onChild]
 */

/**
 * One thing that a machine must have.
 * @typedef {object} Step
 * @property {string} name
 * @property {(session: Session) => string} fingerprint  of its inputs: cheap, no process started
 * @property {(session: Session) => boolean} isThere     what it made is still there: cheap too
 * @property {(session: Session) => boolean} [fellBack]  it had to take a second choice
 * @property {(session: Session) => Promise<string | void>} run  may return a note for the record;
 *   may be called over the remains of an earlier try that was killed anywhere
 */

/**
 * @param {import("./place.mjs").Place} place
 * @param {{ again?: boolean }} [options]
 * @returns {Session}
 */
export function sessionOf(place, options = {}) {
  return { place, root: place.root, log: place.log, again: options.again ?? false };
}

/**
 * Whether the step still has to be done: never finished, its inputs changed, what it made is gone,
 * or it fell back and we are to try again.
 * @param {Session} session
 * @param {Step} step
 */
export function isDue(session, step) {
  const state = readState(session.place.state);
  const mark = state.steps[step.name];
  return (
    mark === undefined ||
    (session.again && step.fellBack?.(session)) ||
    state.root !== session.place.root ||
    mark.fingerprint !== step.fingerprint(session) ||
    !step.isThere(session)
  );
}

/**
 * Does those of the steps that are due, in order, while no other set-up works here. A step's mark
 * is taken away before it starts and written after it ended: a step that was killed has no mark.
 * @param {Session} session
 * @param {readonly Step[]} steps
 */
export async function bringUp(session, steps) {
  if (!steps.some((step) => isDue(session, step))) return;
  const { place } = session;
  const lock = await acquireLock(place.lock, {
    onWait: (holder) => say(`waiting for another set-up of this project (process ${holder.pid})`),
  });
  session.onChild = lock.setChild;
  try {
    for (const step of steps) {
      if (!isDue(session, step)) continue;
      forgetOtherPlace(place);
      updateState(place.state, (state) => {
        delete state.steps[step.name];
      });
      const started = performance.now();
      const note = await step.run(session);
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      updateState(place.state, (state) => {
        const fingerprint = step.fingerprint(session);
        const finished = new Date().toISOString();
        state.steps[step.name] = { fingerprint, seconds, finished, ...(note ? { note } : {}) };
      });
    }
  } finally {
    session.onChild = undefined;
    lock.release();
  }
}

/**
 * A state that was written elsewhere (the folder was moved or copied) holds paths that are no
 * longer ours: every step looks again, and keeps what it finds good.
 * @param {import("./place.mjs").Place} place
 */
function forgetOtherPlace(place) {
  const platform = `${process.platform}-${process.arch}`;
  const node = {
    version: process.version,
    abi: process.versions.modules,
    path: process.execPath,
  };
  updateState(place.state, (state) => {
    if (state.root !== place.root || state.platform !== platform) {
      state.steps = {};
      state.python = undefined;
      state.browser = undefined;
    }
    Object.assign(state, { root: place.root, platform, node });
  });
}
