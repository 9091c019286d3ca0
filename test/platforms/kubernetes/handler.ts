/** Stands for a handler of a user: it is never bundled in these tests, but a function's file has to be there. */
export default undefined;
