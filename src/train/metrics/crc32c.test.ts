import { expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "./crc32c.ts";

/** RFC 3720, B.4: an iSCSI read command. */
const READ_COMMAND =
  "01c00000000000000000000000000000140000000000040000000014000000182800000000000000" + "0200000000000000";

test.each([
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["ascending", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["descending", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ["an iSCSI read command", Buffer.from(READ_COMMAND, "hex"), 0xd9963a56],
  ["the usual check value", Buffer.from("123456789"), 0xe3069283],
  ["nothing", new Uint8Array(0), 0],
])("the CRC-32C of RFC 3720: %s", (_, bytes, crc) => {
  expect(crc32c(bytes)).toBe(crc);
});

test("a mask can be taken off again, as readers of TFRecord do", () => {
  const masked = maskedCrc32c(Buffer.from("123456789"));
  const rotated = (masked - 0xa282ead8) >>> 0;
  expect(((rotated >>> 17) | (rotated << 15)) >>> 0).toBe(0xe3069283);
});
