/** Receives what a task tells its user, a line or several at a time. */
export type Print = (text: string) => void;

/** Unix seconds for people. */
export const showTime = (seconds: number | bigint): string => new Date(Number(seconds) * 1000).toISOString();

export const toConsole: Print = (text) => console.log(text);
