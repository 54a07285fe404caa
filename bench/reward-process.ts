/** The reward server of a benchmark, in a process of its own: `reward-process.ts LOG`. It reports when asked. */
import { startRewardServer } from "../src/cluster/index.ts";

export interface RewardReport {
  /** Seconds of CPU since the start, of the process and all its threads. */
  cpu: number;
  rssMb: number;
}

const [log] = process.argv.slice(2);
const { url } = await startRewardServer({ log });

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const report: RewardReport = { cpu: (user + system) / 1e6, rssMb: process.memoryUsage.rss() / 2 ** 20 };
  process.send?.(report);
});
process.on("disconnect", () => process.exit());
process.send?.(url);
