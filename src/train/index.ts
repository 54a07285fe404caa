export { checkLab, demonstrateLab, type LabCheck, type LabDemonstration } from "./lab-check.ts";
export {
  LAB_SFT_RECIPE,
  type LabSftEvent,
  type LabSftOptions,
  type LabSftRecipe,
  trainLabSft,
} from "./lab-sft.ts";
