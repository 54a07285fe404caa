export { checkLab, type LabBar, type LabCheck, labBars } from "./lab-check.ts";
export { demonstrateLab, type LabDemonstration } from "./lab-demonstration.ts";
export { LAB_SFT_RECIPE, type LabSftRecipe } from "./lab-recipe.ts";
export { type LabSftEvent, type LabSftOptions, trainLabSft } from "./lab-sft.ts";
