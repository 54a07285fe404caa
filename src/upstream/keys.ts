export type Environment = Readonly<Record<string, string | undefined>>;

/** Hosted APIs and the variable their own tools read. Such a key is sent to that very host only, over TLS. */
const VENDOR_KEYS: Readonly<Record<string, string>> = {
  "api.openai.com": "OPENAI_API_KEY",
  "openrouter.ai": "OPENROUTER_API_KEY",
  "api.deepseek.com": "DEEPSEEK_API_KEY",
  "api.groq.com": "GROQ_API_KEY",
  "api.mistral.ai": "MISTRAL_API_KEY",
  "api.together.xyz": "TOGETHER_API_KEY",
  "api.fireworks.ai": "FIREWORKS_API_KEY",
  "api.x.ai": "XAI_API_KEY",
  "router.huggingface.co": "HF_TOKEN",
};

/** `https://api.example.com:8443` → `PACORE_API_KEY_API_EXAMPLE_COM_8443`, then without the port. */
export function hostVariables({ hostname, port }: URL): string[] {
  const name = (text: string) =>
    `PACORE_API_KEY_${text
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, "_")
      .replace(/^_|_$/g, "")}`;
  return port ? [name(`${hostname}_${port}`), name(hostname)] : [name(hostname)];
}

/**
 * The key for an endpoint: the host's own variable, else `PACORE_API_KEY`, else the vendor's variable where the
 * host is that vendor's. A key meant for one vendor is never sent to another host.
 */
export function keyFor(url: URL, env: Environment = process.env): string | undefined {
  const vendor = url.protocol === "https:" ? VENDOR_KEYS[url.hostname] : undefined;
  const names = [...hostVariables(url), "PACORE_API_KEY", ...(vendor ? [vendor] : [])];
  for (const name of names) {
    const key = env[name]?.trim();
    if (key) return key;
  }
  return undefined;
}
