/** Tasks of scope `keystore`: accounts that send transactions, encrypted in a folder of the user. */
import { Wallet } from "ethers";
import { scope } from "hardhat/config";
import { table } from "../scripts/table";
import { action } from "./support/action";
import { accounts, askHidden, keep, newPassword } from "./support/keystore";

const keystore = scope("keystore", "Accounts in encrypted files, by name: CAUSEWAY_ACCOUNT=NAME signs with one");

keystore
  .task("new", "Makes a new account")
  .addPositionalParam("name", "letters, digits, - and _")
  .setAction(
    action(async ({ name }: { name: string }) => {
      console.log(keep(name, Wallet.createRandom().privateKey, newPassword(name)));
    }),
  );

keystore
  .task("import", "Keeps an account whose key you have; the key is asked at the terminal")
  .addPositionalParam("name", "letters, digits, - and _")
  .setAction(
    action(async ({ name }: { name: string }) => {
      console.log(keep(name, askHidden("private key: "), newPassword(name)));
    }),
  );

keystore.task("list", "Shows all accounts").setAction(
  action(async () => {
    console.log(table([["name", "address"], ...accounts().map(({ name, address }) => [name, address])], 2));
  }),
);

keystore
  .task("address", "Shows the address of an account")
  .addPositionalParam("name", "as it was kept")
  .setAction(
    action(async ({ name }: { name: string }) => {
      const found = accounts().find((account) => account.name === name);
      if (!found)
        throw new Error(`name: there is no account ${name}; \`npx hardhat keystore list\` shows those that are there`);
      console.log(found.address);
    }),
  );
