import { sourcedYaml } from "../../train/recipe-yaml.ts";
import { CLUSTER_SOURCES, type ClusterSettings, DEFAULT_CLUSTER } from "./cluster-settings.ts";

/** The section `cluster` of a recipe's file: every setting with what it is, and its default where it has another value. */
export function clusterYaml(cluster: ClusterSettings): string {
  const fields = Object.keys(CLUSTER_SOURCES) as (keyof ClusterSettings)[];
  const lines = sourcedYaml(cluster, fields, (field) => sourceOf(field, cluster)).trimEnd();
  return `cluster:\n${lines.replaceAll(/^/gm, "  ")}\n`;
}

function sourceOf(field: keyof ClusterSettings, cluster: ClusterSettings): string {
  const standard = DEFAULT_CLUSTER[field];
  const same = JSON.stringify(standard) === JSON.stringify(cluster[field]);
  return same || standard === undefined
    ? CLUSTER_SOURCES[field]
    : `default: ${JSON.stringify(standard)} (${CLUSTER_SOURCES[field]})`;
}
