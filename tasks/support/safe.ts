/** What the option `--safe` of tasks that propose something says of itself. */
export const SAFE =
  "writes NAME-schedule.json and NAME-execute.json for Safe's Transaction Builder: the name, with its folder";
