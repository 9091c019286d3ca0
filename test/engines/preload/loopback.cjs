// Servers under test listen on all interfaces, as their platforms want. Here they get the loopback interface only.
const { Server } = require('node:net');

const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  const port = typeof args[0] === 'string' ? Number(args[0]) : args[0];
  if (Number.isInteger(port)) args = [{ port, host: '127.0.0.1' }, ...args.filter((each) => typeof each === 'function')];
  else if (args[0] !== null && typeof args[0] === 'object' && args[0].port !== undefined) {
    args[0] = { ...args[0], host: '127.0.0.1' };
  }
  return listen.apply(this, args);
};
