'use strict';
// Jest maps both bluetooth-hci-socket packages here; outside Jest `installVirtualHci()` does the same job.
module.exports = require('../../libs/simulation/src/hci/virtual-hci-socket').VirtualHciSocket;
