/** Receives what a task tells its user, a line or several at a time. */
export type Print = (text: string) => void;

export const toConsole: Print = (text) => console.log(text);
