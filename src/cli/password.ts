import { CommandFailure } from "./failure.ts";

/** Far beyond any passphrase; what is longer is a file sent here by mistake. */
const LONGEST = 1024;

/** The password on standard input: its first line, without the line's end. */
export async function readPassword(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).byteLength;
    if (size > LONGEST) break;
  }
  const [password = ""] = Buffer.concat(chunks).toString("utf8").split(/\r?\n/, 1);
  if (password === "") throw new CommandFailure("no password came on standard input");
  if (size > LONGEST) throw new CommandFailure(`the password must have at most ${LONGEST} bytes`);
  return password;
}
