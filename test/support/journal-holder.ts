// A process that holds a run: `node journal-holder.ts JOURNAL RUN_ID COUNT`. Says "owned" or why not, then puts
// COUNT trajectories, says "stored", and keeps the run until it is killed or its input ends.
import { openJournal } from "../../src/journal/index.ts";
import { header, trajectory } from "./journal-records.ts";

const [path, runId, count] = process.argv.slice(2) as [string, string, string];
const say = (text: string) => process.stdout.write(`${text}\n`);
const store = await openJournal(path);
try {
  const run = await store.run(header(runId));
  say("owned");
  for (let i = 0; i < Number(count); i++) await run.putTrajectory(trajectory(i));
  say("stored");
} catch (error) {
  say((error as Error).name);
}
process.stdin.resume().on("end", () => void store.close());
