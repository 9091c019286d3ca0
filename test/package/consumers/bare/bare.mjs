import { Queue, ServerlessFunction, Service } from 'faasten';
import { http } from 'faasten/runtime';
import { synthesize } from 'faasten/testing';

console.log(JSON.stringify([Queue, ServerlessFunction, Service, http, synthesize].map((each) => typeof each)));
