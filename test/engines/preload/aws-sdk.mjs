// Lambda's Node runtimes bring the AWS SDK. Here it lies beside the runtime client: what a function does not bring itself is taken from there.
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const beside = createRequire(`${process.env.LAMBDA_RUNTIME_DIR}/`);

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!/^@(aws-sdk|smithy|aws-crypto)\//.test(specifier)) throw error;
      return { url: pathToFileURL(beside.resolve(specifier)).href, shortCircuit: true };
    }
  },
});
