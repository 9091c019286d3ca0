import { Queue, ServerlessFunction, Service } from 'faasten';
import { http } from 'faasten/runtime';
import { synthesize } from 'faasten/testing';

const imported = [Queue, ServerlessFunction, Service, http, synthesize].map((each) => typeof each);
console.log(JSON.stringify({ imported }));
