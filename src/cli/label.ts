import { type Command, Option } from "commander";
import { createLabel } from "../desk/labels.ts";
import { Faults } from "../domain/faults.ts";
import { LABEL_COLORS, type LabelColor } from "../domain/states.ts";
import { listLabels } from "../storage/labels.ts";
import type { LabelRow } from "../storage/schema.ts";
import { type CommonOptions, withAccount } from "./context.ts";
import { examples, takesSite } from "./options.ts";
import { print, table } from "./output.ts";

interface CreateOptions extends CommonOptions {
  name: string;
  color?: LabelColor;
}

export function addLabelCommand(program: Command): void {
  const label = program
    .command("label")
    .summary("add and list the labels that tickets can carry")
    .description("Adds and lists the labels that tickets can carry.");

  const create = label
    .command("create")
    .description("Adds a label.")
    .requiredOption("--name <name>", "its name")
    .addOption(new Option("--color <color>", "its colour").choices(LABEL_COLORS))
    .action(createOne);
  examples(takesSite(create), "cantrip label create --site acme --name urgent --color red");

  const list = label.command("list").description("Lists the labels, newest first.").action(listAll);
  examples(takesSite(list), "cantrip label list --site acme");
}

async function createOne(options: CreateOptions): Promise<void> {
  const input = { name: options.name, color: options.color ?? null };
  const label = await withAccount(
    options,
    async ({ storage, account }) =>
      await storage.db.transact(async (tx) => await createLabel(tx, account.id, input, new Faults())),
  );
  print(options, labelFields(label), `Added the label ${label.name} (${label.color}), id ${label.id}.`);
}

async function listAll(options: CommonOptions): Promise<void> {
  const labels = await withAccount(options, async ({ storage, account }) => await listLabels(storage.db, account.id));
  const rows = labels.map((label) => [label.id, label.name, label.color]);
  print(options, { labels: labels.map(labelFields) }, table(["id", "name", "color"], rows, "No labels yet."));
}

function labelFields({ id, name, color }: LabelRow): object {
  return { id, name, color };
}
