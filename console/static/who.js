// Who acts: the name that somebody gave in this browser.

/** The name given before; empty at first. */
export const name = () => localStorage.getItem("name") ?? "";

/** Keep it for the next time. */
export const remember = (given) => localStorage.setItem("name", given);
