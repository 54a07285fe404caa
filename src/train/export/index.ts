/** The policy in other programs' formats. */
export { exportGguf } from "./gguf.ts";
export { exportHuggingFace } from "./hugging-face.ts";
