export { createApp } from "./app.ts";
export { type ApiKey, createKey, KeysFileError, readKeysFile } from "./auth/keys-file.ts";
export { type RunningServer, startServer } from "./listen.ts";
export { CatalogError } from "./models/catalog.ts";
export { ResponseStoreError } from "./responses/store.ts";
export { createService, type Service } from "./service.ts";
export type { ServerOptions } from "./settings.ts";
