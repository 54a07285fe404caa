import { afterEach, beforeEach, expect, test } from "vitest";
import { type Toy, toyFolder, toyModel, toyOptions, toyProblems } from "../../test/e2e/eval-toy.ts";
import { evaluate } from "./evaluate.ts";
import { coordinated, single } from "./method.ts";
import { simulate, simulationChart } from "./simulate.ts";
import type { EvaluationStore } from "./store.ts";

let toy: Toy;
let store: EvaluationStore;
beforeEach(async () => {
  toy = toyFolder();
  store = await toy.open();
});
afterEach(async () => {
  await store.close();
  toy.remove();
});

test("curves come for every K from stored samples, and a forecast for widths that were not run", async () => {
  await evaluate(
    toyProblems(5),
    toyOptions(store, { methods: [single, coordinated([2]), coordinated([4])], samples: 6 }),
  );
  const model = toyModel();
  const simulation = simulate(store, [[3], [64]]);
  expect(model.calls).toHaveLength(0);
  expect(simulation).toMatchObject({ problems: 5, samples: 6 });
  expect(simulation.curves.map(({ k }) => k)).toEqual([1, 2, 3, 4, 5, 6]);
  const pass = simulation.curves.map(({ passAtK }) => passAtK?.mean as number);
  expect(pass).toEqual(pass.toSorted((a, b) => a - b));
  // The toy is right whatever it reads, so every forecast must say so.
  expect(simulation.measured.map(({ widths, forecast }) => [widths, forecast?.accuracy])).toEqual([
    [[2], 1],
    [[4], expect.closeTo(1, 9)],
  ]);
  expect(simulation.forecasts).toMatchObject([{ extrapolated: false }, { extrapolated: true }]);
  expect(simulationChart(simulation).series).toHaveLength(4);
});

test("a store without plain samples is simulated to nothing, not to an error", async () => {
  await evaluate(toyProblems(1), toyOptions(store, { methods: [coordinated([2])] }));
  expect(simulate(store, [[8]])).toMatchObject({ samples: 0, curves: [], forecasts: [] });
});
