import { test } from 'node:test';
import { coreOf } from './support/core.js';
import { runWorld } from './support/world.js';

/** Random runs of the cores against the model server; each is had again with SEED=<its number>. */
const RUNS = Number(process.env.RUNS ?? 600);
const STEPS = Number(process.env.STEPS ?? 200);

test(`${RUNS} random runs of ${STEPS} steps end with everything held once, in order`, async (t) => {
  const core = await coreOf();
  const first = Number(process.env.SEED ?? 1);
  const last = process.env.SEED && !process.env.RUNS ? first : first + RUNS - 1;
  const begun = performance.now();
  for (let seed = first; seed <= last; seed++) {
    try {
      runWorld(core, seed, STEPS);
    } catch (problem) {
      problem.message = `seed ${seed} (SEED=${seed} runs it again): ${problem.message}`;
      throw problem;
    }
  }
  const steps = (last - first + 1) * STEPS;
  t.diagnostic(`seeds ${first} to ${last}, ${steps} steps in ${Math.round(performance.now() - begun)} ms`);
});
