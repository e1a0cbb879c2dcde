import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type * as Sdk from "@aws-sdk/client-s3";
import { MINUTE, SECOND } from "../domain/time.ts";
import { type BlobStore, BlobsUnavailable } from "./blobs.ts";

export interface S3Settings {
  bucket: string;
  /** Null is Amazon's, by its region. */
  endpoint: string | null;
  region: string;
  /** What every key begins with; empty, or with a slash at its end. */
  prefix: string;
  /** Null is what the machine's own role allows. */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
  /** How long the store may say nothing, in milliseconds. */
  silence?: number;
}

/** As many as a worker can use at a time: each is tried again by the library, with a pause. */
const MOST_ATTEMPTS = 3;

/**
 * The blobs in a bucket: `<prefix><account>/<first two digits>/<hash>`, as in the folder. The store acknowledges what it
 * holds durably, and shows it to everybody from then on. A store that cannot be reached or refuses is `BlobsUnavailable`.
 */
export function openS3Blobs(settings: S3Settings): BlobStore {
  const { bucket, prefix } = settings;
  let opened: Promise<[typeof Sdk, Sdk.S3Client]> | undefined;
  // The library is large, and loaded by those alone who use it.
  const open = async (): Promise<[typeof Sdk, Sdk.S3Client]> => await (opened ??= connect(settings));
  const at = (accountId: string, hash: string): { Bucket: string; Key: string } => ({
    Bucket: bucket,
    Key: `${prefix}${accountId}/${hash.slice(0, 2)}/${hash}`,
  });
  const has = async (accountId: string, hash: string): Promise<boolean> => {
    const [sdk, client] = await open();
    return await client.send(new sdk.HeadObjectCommand(at(accountId, hash))).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw unavailable("look for", error);
      },
    );
  };
  return {
    has,
    async put(accountId, hash, bytes) {
      if (await has(accountId, hash)) return;
      const [sdk, client] = await open();
      // The one checksum that every store knows: what was damaged on the way is refused.
      const ContentMD5 = createHash("md5").update(bytes).digest("base64");
      const command = new sdk.PutObjectCommand({ ...at(accountId, hash), Body: bytes, ContentMD5 });
      await client.send(command).catch((error: unknown) => {
        throw unavailable("store", error);
      });
    },
    async read(accountId, hash) {
      const [sdk, client] = await open();
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(at(accountId, hash)));
        return Body as Readable;
      } catch (error) {
        if (isMissing(error)) throw Object.assign(new Error(`there is no blob ${hash}`), { code: "ENOENT" });
        throw unavailable("read", error);
      }
    },
    async remove(accountId, hash) {
      const [sdk, client] = await open();
      await client.send(new sdk.DeleteObjectCommand(at(accountId, hash))).catch((error: unknown) => {
        if (!isMissing(error)) throw unavailable("remove", error);
      });
    },
  };
}

async function connect({
  endpoint,
  region,
  credentials,
  silence = MINUTE,
}: S3Settings): Promise<[typeof Sdk, Sdk.S3Client]> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    region,
    maxAttempts: MOST_ATTEMPTS,
    // Stores that are not Amazon's have no name of their own for each bucket, and do not know the newer checksums.
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: Math.min(silence, 10 * SECOND), socketTimeout: silence },
    ...(credentials !== null && { credentials }),
  });
  return [sdk, client];
}

/** A missing bucket is a fault of the settings, and not a missing blob. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return error.name === "NoSuchKey" || (status === 404 && error.name !== "NoSuchBucket");
}

function unavailable(what: string, error: unknown): BlobsUnavailable {
  const reason = error instanceof Error ? error.message || error.name : String(error);
  return new BlobsUnavailable(`the attachment store could not ${what} a file: ${reason}`, { cause: error });
}
