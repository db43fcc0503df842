// Chinese: peers.

import type { peers as en } from "../en/peers";

export const peers: Record<keyof typeof en, string> = {
  "peers.lead": "与你的节点直接对话的节点。中间不经过任何人。",
  "peers.empty": "还没有伙伴。用凭条添加一位，或把你的凭条交给别人。",
  "peers.ticket": "我的凭条",
  "peers.ticket_lead": "持有者可以找到你的节点并与之对话，除此之外什么也打不开。",
  "peers.ticket_qr": "我的凭条的二维码",
  "peers.key": "我的密钥",
  "peers.log_size": "我的日志记录数",
  "peers.records": "保存的记录数",
  "peers.log_root": "我的日志根",
  "peer.add": "添加伙伴",
  "peer.add_lead": "粘贴对方给你的凭条，它以 headwater1 开头。",
  "peer.ticket": "凭条",
  "peer.added": "已知道这位伙伴，正在连接",
  "peer.connected": "已连接",
  "peer.away": "不在线",
  "peer.undelivered": "未送达",
  "peer.clock": "时钟",
  "peer.agrees": "一致",
  "peer.ahead": "快 {time}",
  "peer.behind": "慢 {time}",
  "peer.witnessed": "已见证的日志",
};
