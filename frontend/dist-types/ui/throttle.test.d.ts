export {};
//# sourceMappingURL=throttle.test.d.ts.map