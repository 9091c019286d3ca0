/**
 * Names that a target keeps for itself. A portable function may use none of them: an app that works on one target must not
 * fail on the next one.
 */
export const RESERVED_ENVIRONMENT: readonly { readonly pattern: RegExp; readonly owner: string }[] = [
  // But the level of logs, which is for users to set.
  { pattern: /^FAASTEN_(?!LOG_LEVEL$)/, owner: 'faasten' },
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
  { pattern: /^(AWS_|LAMBDA_|_HANDLER$|_X_AMZN_TRACE_ID$)/, owner: 'AWS Lambda' },
  // https://cloud.google.com/functions/docs/configuring/env-var#runtime_environment_variables_set_automatically
  { pattern: /^(FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE|GOOGLE_|X_GOOGLE_)/, owner: 'Google Cloud Functions' },
  // https://knative.dev/docs/serving/reference/runtime-contract/ (environment), also Cloud Run
  { pattern: /^(PORT|K_SERVICE|K_REVISION|K_CONFIGURATION|K_SINK|K_CE_OVERRIDES)$/, owner: 'Knative and Cloud Run' },
];
