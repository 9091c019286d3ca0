// Lambda's Node runtimes bring the AWS SDK. Here clients lie beside the runtime client, the rarer ones in a folder of their own: what a
// function does not bring itself is taken from there.
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const places = [process.env.LAMBDA_RUNTIME_DIR, process.env.AWS_SDK_DIR].map((folder) => createRequire(`${folder}/`));

function found(specifier) {
  for (const place of places) {
    try {
      return place.resolve(specifier);
    } catch {}
  }
  return undefined;
}

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      const file = /^@(aws-sdk|smithy|aws-crypto)\//.test(specifier) && found(specifier);
      if (!file) throw error;
      return { url: pathToFileURL(file).href, shortCircuit: true };
    }
  },
});
