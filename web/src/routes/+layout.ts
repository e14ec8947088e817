// One page for every address: the hub serves files and answers questions, the browser draws.
export const ssr = false;
export const prerender = false;
