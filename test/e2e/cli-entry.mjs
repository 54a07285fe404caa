// The CLI from its sources: what is tested is never an old build.
import { main } from "../../src/cli/main.ts";

await main();
