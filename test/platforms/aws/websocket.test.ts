import { describe, expect, test } from 'vitest';
import { Authorizer, describe as describeModel, HttpApi, ServerlessFunction, WebSocketApi } from '../../../lib/index.js';
import { AwsWebSocketApi } from '../../../lib/platforms/aws/index.js';
import { synthesize } from '../../../lib/testing/index.js';
import { available, cdkRules, cfnLint } from '../../engines/cloudformation.js';
import { missing } from '../../engines/engine.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf, statementsOf } from './template.js';

function chat() {
  const stack = newStack();
  const fn = new ServerlessFunction(stack, 'Chat', { entry });
  const sockets = new WebSocketApi(stack, 'Sockets', {
    routes: { $connect: fn, $disconnect: fn, chat: { handler: fn, replies: true } },
    authorizer: Authorizer.function('Tickets', fn, { query: ['ticket'] }),
    throttle: { requestsPerSecond: 100 },
  });
  fn.addLink('sockets', sockets);
  return { stack, fn, sockets };
}
const join = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });

test('a WebSocket API: routes, one integration and one permission for each function, an authorizer of connections', () => {
  const { stack, sockets } = chat();
  const { Chat, ChatRole, ChatLogs, ...found } = resourcesOf(stack);
  const uri = expect.objectContaining({ 'Fn::Join': ['', expect.arrayContaining([{ 'Fn::GetAtt': ['Chat', 'Arn'] }])] });
  const target = join('integrations/', { Ref: 'SocketsIntegrationsChat' });
  const api = { ApiId: { Ref: 'Sockets' } };
  expect(found).toEqual({
    Sockets: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'shop/Sockets', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
    },
    SocketsStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ...api,
        StageName: 'live',
        AutoDeploy: true,
        AccessLogSettings: { DestinationArn: { 'Fn::GetAtt': ['SocketsAccessLogs', 'Arn'] }, Format: expect.any(String) },
        DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 100 },
      },
    },
    SocketsAccessLogs: expect.objectContaining({ Type: 'AWS::Logs::LogGroup' }),
    SocketsAuthorizersTickets: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ...api,
        Name: 'Tickets',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: uri,
        IdentitySource: ['route.request.querystring.ticket'],
      },
    },
    Socketsconnect: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ...api,
        RouteKey: '$connect',
        Target: target,
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: 'SocketsAuthorizersTickets' },
      },
    },
    Socketsdisconnect: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ...api, RouteKey: '$disconnect', Target: target } },
    Socketschat: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ...api, RouteKey: 'chat', Target: target, RouteResponseSelectionExpression: '$default' },
    },
    SocketschatReply: {
      Type: 'AWS::ApiGatewayV2::RouteResponse',
      Properties: { ...api, RouteId: { Ref: 'Socketschat' }, RouteResponseKey: '$default' },
    },
    SocketsIntegrationsChat: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ...api, IntegrationType: 'AWS_PROXY', IntegrationUri: uri },
    },
    SocketsIntegrationsChatPermission: expect.objectContaining({ Type: 'AWS::Lambda::Permission' }),
  });
  expect(stack.resolve(sockets.url)).toEqual(
    join('wss://', { Ref: expect.any(String) }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/live'),
  );
  expect(AwsWebSocketApi.of(sockets).api).toBe(sockets.node.defaultChild);
  expect(describeModel(stack).webSocketApis).toEqual([
    {
      path: 'shop/Sockets',
      routeBy: 'action',
      throttle: { requestsPerSecond: 100, burst: 100 },
      tags: {},
      routes: ['$connect', '$disconnect', 'chat'],
    },
  ]);
});

test('who is linked to it may send to its connections, and to no other API’s', () => {
  const { stack } = chat();
  expect(environmentOf(stack, 'Chat').FAASTEN_LINK_sockets).toEqual(
    join(
      'websocket:https://',
      { Ref: 'Sockets' },
      '.execute-api.',
      { Ref: 'AWS::Region' },
      '.',
      { Ref: 'AWS::URLSuffix' },
      '/live',
    ),
  );
  expect(statementsOf(stack, 'ChatRole')).toContainEqual({
    Effect: 'Allow',
    Action: 'execute-api:ManageConnections',
    Resource: join(
      'arn:',
      { Ref: 'AWS::Partition' },
      ':execute-api:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ':',
      { Ref: 'Sockets' },
      '/live/*/@connections/*',
    ),
  });
});

test('nobody finds anything in it', () => {
  const template = synthesize(chat().stack);
  expect(cdkRules(template)).toEqual([]);
  // The CDK's own way to have a function wait for its role.
  if (!missing('cfn-lint', available())) expect(cfnLint(template).filter(({ rule }) => rule !== 'W3005')).toEqual([]);
}, 60_000);

describe('refused', () => {
  test('what cannot be meant', () => {
    const { stack, fn, sockets } = chat();
    const add = (key: string, target: any = fn) => errorOf(() => sockets.addRoute(key, target)).message;
    expect(add('chat')).toBe("WebSocket API 'shop/Sockets': route 'chat' is taken; declare each route once");
    expect(add('$other')).toContain("route '$other' is no name");
    for (const key of ['Alarms', 'Stage']) expect(add(key)).toContain(`route '${key}' has the id of one of its own parts`);
    expect(add('more', sockets)).toContain("route 'more' leads to");
    const jwt = Authorizer.jwt('T', { issuer: 'https://id.example', audiences: ['a'] });
    const tokens = new WebSocketApi(stack, 'Tokens', { authorizer: jwt });
    expect(errorOf(() => tokens.addRoute('$connect', fn)).message).toContain('which browsers cannot send here');
    expect(errorOf(() => new WebSocketApi(stack, 'A', { routeBy: 'a.b' })).message).toContain("routeBy is 'a.b'");
    const api = new HttpApi(stack, 'Api');
    expect(errorOf(() => api.addRoute('GET /', sockets as never)).message).toContain('give a ServerlessFunction');
  });
});
