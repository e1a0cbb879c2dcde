import type { Command } from "commander";
import { addMailListCommand } from "./mail-list.ts";
import { addMailProcessCommand } from "./mail-process.ts";
import { addMailReceiveCommand } from "./mail-receive.ts";
import { addMailReconcileCommand } from "./mail-reconcile.ts";
import { addMailRequeueCommand } from "./mail-requeue.ts";
import { addMailRetryCommand } from "./mail-retry.ts";

export function addMailCommand(program: Command): void {
  const mail = program
    .command("mail")
    .summary("take a message from a mail server; see what became of it")
    .description("Takes a message from a mail server, and shows what became of those received.");
  addMailReceiveCommand(mail);
  addMailListCommand(mail);
  addMailProcessCommand(mail);
  addMailRequeueCommand(mail);
  addMailReconcileCommand(mail);
  addMailRetryCommand(mail);
}
