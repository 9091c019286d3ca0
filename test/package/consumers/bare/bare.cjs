// No framework is installed: the portable API loads, and says what is missing where one would be needed.
const { Construct } = require('constructs');
const { Duration, ServerlessFunction, Service } = require('faasten');
const { http } = require('faasten/runtime');
require('faasten/testing');

/** A construct that says it is a unit of a framework, as the frameworks' own do. */
function marked(...markers) {
  const root = new Construct(undefined, '');
  const unit = new Construct(root, 'unit');
  for (const marker of markers) Object.defineProperty(unit, Symbol.for(marker), { value: true });
  return unit;
}

function refusal(scope) {
  try {
    new ServerlessFunction(new Service(scope, 'Shop'), 'Hello', { entry: 'handlers/hello.ts' });
    return 'none';
  } catch (error) {
    return `${error.name} ${error.code}: ${error.message}`;
  }
}

const terraform = marked('cdktf/TerraformStack');
const provider = new Construct(terraform, 'google');
Object.defineProperty(provider, Symbol.for('cdktf/TerraformProvider'), { value: true });
provider.terraformResourceType = 'google';
const refusals = {
  aws: refusal(marked('@aws-cdk/core.Stack')),
  google: refusal(terraform),
  kubernetes: refusal(marked('cdk8s.Chart')),
  none: refusal(marked()),
};
console.log(JSON.stringify({ refusals, seconds: Duration.minutes(1).toSeconds?.() ?? 60, runtime: typeof http }));
