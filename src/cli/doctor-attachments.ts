import type { Config } from "../config.ts";
import { openBlobPlaces } from "../storage/open.ts";
import { type Check, ok, wrong } from "./doctor-check.ts";
import { errorLines } from "./failure.ts";

const NAME = "attachment store";

/** Whether the store of attachments answers, where there is one besides the folder. Looks for a file that is not there. */
export async function checkAttachments(config: Config): Promise<Check[]> {
  const { s3 } = openBlobPlaces(config);
  if (s3 === null) return [];
  const where = `the bucket ${config.s3Bucket} at ${config.s3Endpoint ?? `Amazon, ${config.s3Region}`}`;
  try {
    // Not `has`: its answer cannot tell a bucket that is missing from a file that is.
    (await s3.read("doctor", "0".repeat(64))).destroy();
    return [ok(NAME, `${where} answers`)];
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [ok(NAME, `${where} answers`)];
    return [
      wrong(NAME, `${where}: ${errorLines(error)[0]}`, "check the CANTRIP_S3_ variables, and what the key may do"),
    ];
  }
}
